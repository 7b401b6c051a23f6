import { equal, test } from '/tests/check.js';
import { BRANCH, logOf, TEXT, token } from '/tests/token_strip/log_fixture.js';
import { branchName, forksOf, treeRows } from '/widgets/token_strip/branch_tree.js';
import { TokenLog } from '/widgets/token_strip/token_log.js';

/**
 * A branch of `parent` before its token `at`.
 * @param {number} branch
 * @param {number} parent
 * @param {number} at
 * @param {number} id
 */
const fork = (branch, parent, at, id) => [
  { kind: 'branch', branch, parent, at, settings: {} },
  token(id, ` t${id}`, { by: 'hand' }),
];

/** @param {Record<string, unknown>[]} lines */
function branches(lines) {
  const log = new TokenLog();
  log.read(logOf(lines), 0);
  return log.branches;
}

test('a fork lies where two branches part, seen from either', () => {
  const both = branches([...TEXT, ...BRANCH]);
  equal(
    both.map((branch) => forksOf(both, branch)),
    [[3], [3]],
  );
});

test('a branch that ends where another goes on has no fork there', () => {
  const all = branches([...TEXT, { kind: 'branch', branch: 1, parent: 0, at: 3, settings: {} }]);
  equal(
    all.map((branch) => forksOf(all, branch)),
    [[], []],
  );
});

test('branches of branches part from each other where the earliest of them left', () => {
  const all = branches([...TEXT, ...fork(1, 0, 4, 50), ...fork(2, 1, 2, 51), ...fork(3, 0, 4, 52)]);
  equal(forksOf(all, all[0]), [4, 2, 4]);
  equal(forksOf(all, all[2]), [2, 2, 2]);
});

test('children come after their parent, one level deeper', () => {
  const all = branches([...TEXT, ...fork(1, 0, 4, 50), ...fork(2, 0, 3, 51), ...fork(3, 1, 2, 52)]);
  equal(
    treeRows(all).map(({ branch, depth }) => [branch.id, depth]),
    [
      [0, 0],
      [1, 1],
      [3, 2],
      [2, 1],
    ],
  );
});

test('a branch is called by its first token and the one it replaced', () => {
  const all = branches([...TEXT, ...BRANCH]);
  equal(
    all.map((branch) => branchName(all, branch)),
    ['First text', '“·else” instead of “·stop”'],
  );
});

test('a branch without a token yet has an empty name', () => {
  const all = branches([...TEXT, { kind: 'branch', branch: 1, parent: 0, at: 4, settings: {} }]);
  equal(branchName(all, all[1]), '“” instead of “ped”');
});
