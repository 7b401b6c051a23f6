// What a small search found: five tokens that were kept, two texts.

/** @typedef {import('/widgets/beam_tree/tree_layout.js').TreeNode} TreeNode */

/**
 * @param {number | null} parent
 * @param {number} depth
 * @param {string} text
 * @param {TreeNode['fate']} fate
 * @returns {TreeNode}
 */
export const treeNode = (parent, depth, text, fate) => ({
  parent,
  depth,
  text,
  p: 0.5,
  total: -0.7 * depth,
  fate,
  why: `it ${fate}`,
});

/** Two columns: 0 and 1 after the prompt; 2 and 3 after 0; 4 after 1. */
export const NODES = [
  treeNode(null, 1, ' stopped', 'goes on'),
  treeNode(null, 1, ' never', 'goes on'),
  treeNode(0, 2, ', and nobody', 'finished'),
  treeNode(0, 2, '.', 'died'),
  treeNode(1, 2, ' fell', 'outscored'),
];

export const FOUND = {
  prompt: 'The rain had',
  nodes: NODES,
  texts: [
    { text: ' stopped, and nobody', score: -0.5, node: 2 },
    { text: ' never fell', score: -0.9, node: 4 },
  ],
  receipt: { json: '{"run": "tale", "step": 40}', python: 'print(1)', command: 'run it' },
};
