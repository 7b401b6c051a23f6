import { equal, ok, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { logOf, TEXT } from '/tests/token_strip/log_fixture.js';
import { node, part } from '/widgets/lib/dom.js';
import { CopiedView } from '/widgets/token_strip/copied_view.js';
import { TokenLog } from '/widgets/token_strip/token_log.js';

const SPANS = [
  { start: 0, end: 4, part: 'train', character: 0, before: '', text: '', after: '' },
  { start: 2, end: 5, part: 'val', character: 0, before: '', text: '', after: '' },
];

/** The meter, and the branch of a text, which has been looked up or not. @param {...Record<string, unknown>} more */
async function meter(...more) {
  const template = await (await fetch('/widgets/token_strip/token_strip.html')).text();
  const whole = node('div');
  whole.innerHTML = template;
  const root = part(whole, '.copied');
  document.body.replaceChildren(root);
  const log = new TokenLog();
  log.read(logOf([...TEXT, ...more]), 0);
  let moved = 0;
  const view = new CopiedView(root, () => moved++);
  const slider = part(root, 'input', HTMLInputElement);
  const set = (/** @type {number} */ least) => {
    slider.value = String(least);
    slider.dispatchEvent(new Event('input'));
  };
  return { root, view, branch: log.branches[0], set, moves: () => moved };
}

test('a text that was not looked up shows no meter', async () => {
  const { root, view, branch } = await meter();
  view.show(branch);
  ok(root.hidden, 'it is shown');
  view.show(undefined);
  equal([root.hidden, view.spans], [true, []]);
});

test('the shares and losses of a text follow the slider', async () => {
  const { root, view, branch, set, moves } = await meter({
    kind: 'copied',
    branch: 0,
    spans: SPANS,
    train_loss: 1,
    val_loss: 3,
  });
  const numbers = () => texts(root, '.copied-length, .copied-train-share, .copied-val-share');
  view.show(branch);
  equal([root.hidden, numbers(), view.spans.length], [false, ['8', '0 %', '0 %'], 0]);
  set(3);
  view.show(branch);
  equal([numbers(), view.spans.length, moves()], [['3', '66.7 %', '100.0 %'], 2, 1]);
  set(4);
  view.show(branch);
  equal([numbers(), view.spans.length, moves()], [['4', '66.7 %', '0 %'], 1, 2]);
  equal(texts(root, '.copied-gap'), ['Loss: training 1.000, validation 3.000, gap 2.000.']);
});
