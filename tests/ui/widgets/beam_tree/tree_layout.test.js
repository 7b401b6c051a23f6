import { equal, ok, test } from '/tests/check.js';
import { NODES, treeNode } from '/tests/beam_tree/beam_fixture.js';
import { randomIntegers } from '/tests/random.js';
import { isTreeKey, nextNode, pathTo, rowsOf, sentence, shortName } from '/widgets/beam_tree/tree_layout.js';

/** A tree whose columns are at most `width` wide. @param {(bound: number) => number} below @param {number} width */
function randomTree(below, width) {
  /** @type {typeof NODES} */
  const nodes = [];
  /** @type {(number | null)[]} */
  let column = [null];
  for (let depth = 1; depth < 8; depth++) {
    const parents = Array.from({ length: 1 + below(width) }, () => column[below(column.length)]);
    column = parents
      .sort((a, b) => (a ?? 0) - (b ?? 0))
      .map((parent) => nodes.push(treeNode(parent, depth, 'x', 'goes on')) - 1);
  }
  return nodes;
}

const TREE = { nodes: NODES, rows: rowsOf(NODES), path: pathTo(NODES, 2) };

test('a first child lies on its parent’s row, the others on the next free ones', () => {
  equal(rowsOf(NODES), [0, 1, 0, 1, 2]);
});

test('no two nodes of a column share a row, and the rows are as many as the widest column needs', () => {
  for (let seed = 0; seed < 40; seed++) {
    const nodes = randomTree(randomIntegers(seed), 6);
    const rows = rowsOf(nodes);
    equal(new Set(nodes.map(({ depth }, i) => `${depth} ${rows[i]}`)).size, nodes.length);
    ok(Math.max(...rows) < 6, `row ${Math.max(...rows)}`);
  }
});

test('the path to a node goes through its parents', () => {
  equal([[...pathTo(NODES, 4)], [...pathTo(NODES, 0)]], [[4, 1], [0]]);
});

test('arrow keys lead to parent, child and neighbours', () => {
  const walk = (/** @type {string} */ key) => [0, 1, 2, 3, 4].map((number) => nextNode(key, number, TREE));
  equal(walk('ArrowLeft'), [undefined, undefined, 0, 0, 1]);
  equal(walk('ArrowRight'), [2, 4, undefined, undefined, undefined]);
  equal(walk('ArrowDown'), [1, undefined, 3, 4, undefined]);
  equal(walk('ArrowUp'), [undefined, 0, undefined, 2, 3]);
  equal(
    [walk('Home'), walk('End')],
    [
      [0, 0, 0, 0, 0],
      [2, 2, 2, 2, 2],
    ],
  );
});

test('the right key follows the marked path where it can', () => {
  equal(nextNode('ArrowRight', 0, { ...TREE, path: pathTo(NODES, 3) }), 3);
});

test('every node is reached by arrow keys from the first one', () => {
  for (let seed = 0; seed < 40; seed++) {
    const nodes = randomTree(randomIntegers(seed), 5);
    const tree = { nodes, rows: rowsOf(nodes), path: pathTo(nodes, nodes.length - 1) };
    const reached = new Set([0]);
    for (const number of reached) {
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
        const next = nextNode(key, number, tree);
        if (next !== undefined) reached.add(next);
      }
    }
    equal(reached.size, nodes.length);
  }
});

test('up and down are each other’s reverse', () => {
  for (let seed = 0; seed < 20; seed++) {
    const nodes = randomTree(randomIntegers(seed), 6);
    const tree = { nodes, rows: rowsOf(nodes), path: new Set([0]) };
    for (const number of nodes.keys()) {
      const below = nextNode('ArrowDown', number, tree);
      if (below !== undefined) equal(nextNode('ArrowUp', below, tree), number);
    }
  }
});

test('other keys are left to the page', () => {
  equal(['ArrowUp', 'End', 'Tab', 'Enter', 'a'].map(isTreeKey), [true, true, false, false, false]);
});

test('a node is one sentence, and its box has room for nine signs', () => {
  equal(sentence(NODES[3]), '“.” 50.0 %; log probability so far −1.40; it died');
  equal([NODES[3], NODES[0], NODES[2]].map(shortName), ['.', '·stopped', ',·and·no…']);
});
