// The tree of branches under the text: one row a branch; a press shows that branch.

import { node } from '../lib/dom.js';
import { plural } from '../lib/format.js';
import { branchName, treeRows } from './branch_tree.js';

/** @typedef {import('./token_log.js').Branch} Branch */

const DEEPEST = 8; // levels that are indented

/**
 * Draw the tree; one branch alone shows none.
 * @param {HTMLElement} tree
 * @param {{ branches: Branch[], view: number, busy: boolean }} settings
 * @param {(id: number) => void} show
 */
export function drawBranches(tree, { branches, view, busy }, show) {
  tree.hidden = branches.length < 2;
  if (tree.hidden) return;
  const longest = Math.max(1, ...branches.map((branch) => branch.tokens.length));
  const share = (/** @type {number} */ n) => `${(100 * n) / longest}%`;
  const rows = treeRows(branches).map(({ branch, depth }) => {
    const own = branch.tokens.length - branch.shared;
    const bar = node('i', { style: `margin-left: ${share(branch.shared)}; width: ${share(own)}` });
    const button = node(
      'button',
      {
        type: 'button',
        class: 'branch',
        'aria-current': branch.id === view ? 'true' : false,
        style: `--depth: ${Math.min(depth, DEEPEST)}`,
        disabled: busy,
        onclick: () => show(branch.id),
      },
      node('span', { class: 'branch-name', text: branchName(branches, branch) }),
      node('span', { class: 'branch-line', 'aria-hidden': 'true' }, bar),
      node('span', { class: 'branch-size', text: plural(own, 'token') }),
    );
    return node('li', {}, button);
  });
  tree.querySelector('ul')?.replaceChildren(...rows);
}
