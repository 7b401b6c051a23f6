// The tree of branches under the sheet: one row a branch, going back is a press.

/** For every other branch: the token of `branch` before which the two part. */
function forksOf(desk, branch) {
  if (!branch) return [];
  const here = tokensOf(branch);
  return desk.branches.flatMap((other) => {
    if (other === branch) return [];
    const there = tokensOf(other);
    let at = 0;
    while (at < here.length && here[at] === there[at]) at++;
    return at < here.length && at < there.length ? [{ at, other }] : [];
  });
}

/** The branches in the order of the tree, children after their parent, with their depth. */
function treeOf(desk, parent = null, depth = 0) {
  return desk.branches
    .filter((branch) => branch.parent === parent)
    .flatMap((branch) => [{ branch, depth }, ...treeOf(desk, branch.id, depth + 1)]);
}

function drawBranches(desk) {
  const tree = element.querySelector('.branches');
  tree.hidden = desk.branches.length < 2;
  if (tree.hidden) return;
  const longest = Math.max(1, ...desk.branches.map((branch) => branch.prefix.length + branch.own.length));
  tree.querySelector('ul').replaceChildren(...treeOf(desk).map(({ branch, depth }) => branchRow(desk, branch, depth, longest)));
}

function branchRow(desk, branch, depth, longest) {
  const instead = branch.parent === null ? null : tokensOf(desk.branches[branch.parent])[branch.at];
  const first = branch.own[0];
  const name = !instead ? 'First text' : `${quoted(first ?? {})} instead of ${quoted(instead)}`;
  const seen = desk.view === branch.id;
  const own = branch.own.length;
  const line = node('span', { class: 'branch-line', 'aria-hidden': 'true' });
  line.append(node('i', { style: `margin-left: ${(100 * branch.prefix.length) / longest}%; width: ${(100 * own) / longest}%` }));
  const button = node(
    'button',
    { type: 'button', class: 'branch', 'aria-current': seen ? 'true' : false, style: `--depth: ${Math.min(depth, 8)}`, disabled: isBusy(), onclick: () => note({ kind: 'view', branch: branch.id }) },
    node('span', { class: 'branch-name', text: name }),
    line,
    node('span', { class: 'branch-size', text: `${fmt.whole(own)} ${own === 1 ? 'token' : 'tokens'}` }),
  );
  return node('li', {}, button);
}
