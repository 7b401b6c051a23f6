// The tree of a beam search: where its boxes lie, how the arrow keys walk it, what is said about a token. No DOM here.

import { signed } from '../lib/format.js';
import { formatProbability, tokenName } from '../lib/shades.js';

/**
 * A token of a beam that was kept.
 * @typedef {object} TreeNode
 * @property {number | null} parent  index of the token before it; null after the prompt
 * @property {number} depth  number of tokens after the prompt, from 1
 * @property {string} text
 * @property {number} p  probability under the model
 * @property {number} total  log probability of the beam up to here
 * @property {'finished' | 'outscored' | 'died' | 'left over' | 'goes on'} fate
 * @property {string} why  the fate in a sentence
 */

/** The keys that walk the tree. */
const KEYS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'];

/** @param {string} key */
export const isTreeKey = (key) => KEYS.includes(key);

/**
 * A row for every node: a child lies on its parent's row where that is free, else on the next free one of its column.
 * Parents come before their children.
 * @param {TreeNode[]} nodes
 */
export function rowsOf(nodes) {
  /** @type {Set<number>[]} */
  const taken = [];
  /** @type {number[]} */
  const rows = [];
  for (const { parent, depth } of nodes) {
    taken[depth] ??= new Set();
    let row = parent === null ? 0 : rows[parent];
    for (let next = 0; taken[depth].has(row); next++) row = next;
    taken[depth].add(row);
    rows.push(row);
  }
  return rows;
}

/**
 * All nodes from the first token after the prompt to node `number`.
 * @param {TreeNode[]} nodes
 * @param {number} number
 */
export function pathTo(nodes, number) {
  /** @type {Set<number>} */
  const path = new Set();
  for (let at = /** @type {number | null} */ (number); at !== null; at = nodes[at].parent) path.add(at);
  return path;
}

/**
 * The node that a key leads to from node `number`: right to the child on the marked path, or else the first child, left
 * to the parent, up and down within a column. Undefined if there is none.
 * @param {string} key
 * @param {number} number
 * @param {{ nodes: TreeNode[], rows: number[], path: Set<number> }} tree  `path` leads to the chosen text
 * @returns {number | undefined}
 */
export function nextNode(key, number, { nodes, rows, path }) {
  const { parent, depth } = nodes[number];
  const numbers = [...nodes.keys()];
  switch (key) {
    case 'Home':
      return 0;
    case 'End':
      return Math.max(...path);
    case 'ArrowLeft':
      return parent ?? undefined;
    case 'ArrowRight': {
      const children = numbers.filter((other) => nodes[other].parent === number);
      return children.find((child) => path.has(child)) ?? children[0];
    }
  }
  const side = key === 'ArrowDown' ? 1 : -1;
  const beyond = numbers.filter((other) => nodes[other].depth === depth && (rows[other] - rows[number]) * side > 0);
  return beyond.sort((a, b) => (rows[a] - rows[b]) * side)[0];
}

/** A node in one sentence. @param {TreeNode} node */
export const sentence = ({ text, p, total, why }) =>
  `“${tokenName(text)}” ${formatProbability(p)}; log probability so far ${signed(total, 2)}; ${why}`;

/** A node's name, short enough for its box. @param {TreeNode} node */
export function shortName({ text }) {
  const name = tokenName(text);
  return name.length > 9 ? `${name.slice(0, 8)}…` : name;
}
