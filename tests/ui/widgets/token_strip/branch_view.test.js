import { equal, ok, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { BRANCH, logOf, TEXT } from '/tests/token_strip/log_fixture.js';
import { node, parts } from '/widgets/lib/dom.js';
import { drawBranches } from '/widgets/token_strip/branch_view.js';
import { TokenLog } from '/widgets/token_strip/token_log.js';

/** @param {Record<string, unknown>[]} lines @param {boolean} [busy] */
function drawn(lines, busy = false) {
  const log = new TokenLog();
  log.read(logOf(lines), 0);
  const tree = node('nav', {}, node('ul'));
  document.body.replaceChildren(tree);
  /** @type {number[]} */
  const shown = [];
  drawBranches(tree, { branches: log.branches, view: log.view, busy }, (id) => shown.push(id));
  return { tree, shown, buttons: parts(tree, 'button') };
}

test('one branch alone is no tree', () => {
  ok(drawn(TEXT).tree.hidden, 'it is shown');
});

test('every branch has a row with its name and its own length', () => {
  const { tree } = drawn([...TEXT, ...BRANCH]);
  equal(texts(tree, '.branch-name'), ['First text', '“·else” instead of “·stop”']);
  equal(texts(tree, '.branch-size'), ['5 tokens', '2 tokens']);
  equal(texts(drawn([...TEXT, ...BRANCH.slice(0, 4)]).tree, '.branch-size'), ['5 tokens', '1 token']);
});

test('the bar of a branch begins where it leaves its parent', () => {
  const { tree } = drawn([...TEXT, ...BRANCH]);
  equal(
    parts(tree, '.branch-line i').map((bar) => [bar.style.marginLeft, bar.style.width]),
    [
      ['0%', '100%'],
      ['60%', '40%'],
    ],
  );
});

test('the branch in view is the current one, and a press shows another', () => {
  const { buttons, shown } = drawn([...TEXT, ...BRANCH]);
  equal(
    buttons.map((button) => button.getAttribute('aria-current')),
    [null, 'true'],
  );
  buttons[0].click();
  equal(shown, [0]);
});

test('while a text is written, no other branch can be shown', () => {
  const { buttons, shown } = drawn([...TEXT, ...BRANCH], true);
  buttons[0].click();
  equal(shown, []);
});
