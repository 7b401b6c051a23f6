// How the branches of a text hang together. No DOM here.

import { quoted } from '../lib/shades.js';

/** @typedef {import('./token_log.js').Branch} Branch */

/**
 * For every other branch that parts from `branch`: the index of the token of `branch` before which it does.
 * @param {Branch[]} branches
 * @param {Branch} branch
 */
export function forksOf(branches, branch) {
  const here = branch.tokens;
  return branches.flatMap((other) => {
    if (other === branch) return [];
    const there = other.tokens;
    let at = 0;
    while (at < here.length && here[at] === there[at]) at++; // shared tokens are the same objects
    return at < here.length && at < there.length ? [at] : [];
  });
}

/**
 * The branches in the order of the tree, children after their parent, with their depth.
 * @param {Branch[]} branches
 * @param {number | null} [parent]
 * @param {number} [depth]
 * @returns {{ branch: Branch, depth: number }[]}
 */
export function treeRows(branches, parent = null, depth = 0) {
  return branches
    .filter((branch) => branch.parent === parent)
    .flatMap((branch) => [{ branch, depth }, ...treeRows(branches, branch.id, depth + 1)]);
}

/**
 * What a branch is called: its first token, and the parent's token in its place.
 * @param {Branch[]} branches
 * @param {Branch} branch
 */
export function branchName(branches, branch) {
  const replaced = branch.parent === null ? undefined : branches[branch.parent].tokens[branch.shared];
  return replaced ? `${quoted(branch.tokens[branch.shared] ?? {})} instead of ${quoted(replaced)}` : 'First text';
}
