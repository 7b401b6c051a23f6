import { equal, ok, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { begun, logOf, score, STEPS, token } from '/tests/lanes/lane_fixture.js';
import { node, part } from '/widgets/lib/dom.js';
import { GrownView } from '/widgets/lanes/grown_view.js';
import { LaneLog } from '/widgets/lanes/lane_log.js';

/** The view over steps of a run, with the tokens that are written already. @param {Record<string, unknown>[]} lines */
async function grown(lines) {
  const whole = node('div');
  whole.innerHTML = await (await fetch('/widgets/lanes/lanes.html')).text();
  const root = part(whole, '.grown');
  document.body.replaceChildren(root);
  const log = new LaneLog();
  log.read(logOf([...begun(STEPS), ...lines]));
  /** @type {number[]} */
  const chosen = [];
  let made = 0;
  const view = new GrownView(root, {
    token: ({ t }) => {
      made++;
      return document.createTextNode(t);
    },
    scores: (lane) => [node('dd', { text: lane.score ? `score ${lane.number}` : '' })],
    chosen: (lane) => chosen.push(lane.number),
  });
  view.begin(log.lanes, 'It');
  view.draw();
  const slider = part(root, 'input', HTMLInputElement);
  return {
    root,
    view,
    chosen,
    slider,
    made: () => made,
    append: (/** @type {Record<string, unknown>[]} */ more) => {
      log.read(log.text + logOf(more));
      view.draw();
    },
    move: (/** @type {number} */ to) => {
      slider.value = String(to);
      slider.dispatchEvent(new Event('input'));
    },
  };
}

const text = (/** @type {ParentNode} */ root) => texts(root, '.grown-text')[0];

test('the slider follows what is written until the reader moves it', async () => {
  const { root, slider, append, move, chosen } = await grown([token(0, 1, ' x'), token(1, 2, ' y')]);
  equal([slider.value, text(root), texts(root, 'h3, .lane-note')], ['1', 'It y', ['Step 50', 'Loss 50']]);
  append([token(2, 3, ' z')]);
  equal([slider.value, text(root)], ['2', 'It z']);
  move(0);
  append([token(2, 4, ' zz'), score(0)]);
  equal([slider.value, text(root), texts(root, 'dd')], ['0', 'It x', ['score 0']]);
  equal([chosen, slider.getAttribute('aria-valuetext')], [[1, 2, 0], 'Step 0']);
});

test('only new tokens get nodes', async () => {
  const { append, made } = await grown([token(0, 1, ' x'), token(0, 2, ' y')]);
  append([token(0, 3, ' z')]);
  equal(made(), 3);
});

test('every step has a tick, evenly spaced', async () => {
  const { root, slider } = await grown([]);
  equal(texts(root, '.grown-ticks span'), ['0', '50', '100']);
  equal(
    [...root.querySelectorAll('.grown-ticks span')].map((tick) => tick.getAttribute('style')),
    ['--at: 0', '--at: 0.5', '--at: 1'],
  );
  equal([slider.max, slider.value, slider.disabled], ['2', '0', false]);
});

test('texts that are no steps hide it', async () => {
  const { root, view } = await grown([token(1, 1, ' x')]);
  ok(!root.hidden, 'it is hidden for steps');
  view.begin([], '');
  view.draw();
  ok(root.hidden, 'it is shown');
});
