import { equal, ok, test, until } from '/tests/check.js';
import { allowMotion } from '/tests/live/fixtures.js';
import { Opening, Replay, opensOnReplay, replayIndex } from '/widgets/live/replay.js';

test('a replay runs from the first to the last evaluation in twelve seconds', () => {
  equal([0, 3000, 6000, 12000, 99000].map((elapsed_ms) => replayIndex(elapsed_ms, 41, false)), [0, 10, 20, 40, 40]);
  equal(replayIndex(5000, 0, false), 0);
});

test('with reduced motion it changes six times', () => {
  const shown = Array.from({ length: 121 }, (_, i) => replayIndex(100 * i, 61, true));
  equal([...new Set(shown)], [0, 10, 20, 30, 40, 50, 60]);
});

/** @param {number} count */
function offered(count) {
  const button = document.createElement('button');
  document.body.replaceChildren(button);
  /** @type {number[]} */
  const moves = [];
  let ends = 0;
  const replay = new Replay(button, (index) => moves.push(index), () => { ends++; }, () => false);
  replay.draw(true, count);
  return { button, moves, replay, ends: () => ends };
}

test('it starts at the first evaluation and stops on any touch', async () => {
  const { button, moves, replay, ends } = offered(5000);
  button.click();
  await until(() => moves.length > 2, 'moves');
  equal([moves[0], button.textContent, replay.isPlaying, ends()], [0, 'Stop replay', true, 0]);
  document.body.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  equal([button.textContent, replay.isPlaying, ends()], ['Replay', false, 1]);
  const { length } = moves;
  await new Promise((resolve) => setTimeout(resolve, 100));
  equal(moves.length, length);
});

test('its own button stops it, too', async () => {
  const { button, moves } = offered(5000);
  button.click();
  await until(() => moves.length > 2, 'moves');
  button.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  button.click();
  equal(button.textContent, 'Replay');
});

test('only a finished run with several evaluations offers it', () => {
  const { button, replay } = offered(1);
  ok(button.classList.contains('lv-away'), 'one evaluation');
  replay.draw(false, 9);
  ok(button.classList.contains('lv-away'), 'a run that is active');
  replay.draw(true, 9);
  ok(!button.classList.contains('lv-away'), 'a finished run');
});

const NEWCOMER = { run: 'recorded', recorded: 'recorded', known: ['recorded'], address: 'http://here/?run=recorded', isCalm: false };

test('a page that opens on the recorded run replays it for someone without a run of their own', () => {
  ok(opensOnReplay(NEWCOMER), 'no replay');
  ok(opensOnReplay({ ...NEWCOMER, known: [] }), 'no replay on the very first visit');
  ok(!opensOnReplay({ ...NEWCOMER, known: ['recorded', 'mine'] }), 'a replay for someone with an own run');
  ok(!opensOnReplay({ ...NEWCOMER, run: 'mine' }), 'a replay of another run');
  ok(!opensOnReplay({ ...NEWCOMER, run: '' }), 'a replay without a run');
});

test('it does not replay for who wants little motion, nor where the address says what to show', () => {
  ok(!opensOnReplay({ ...NEWCOMER, isCalm: true }), 'a replay despite reduced motion');
  const named = ['moment=61', 'step=best', 'lesson=training', 'tab=decoding', 'lab={}'];
  equal(named.filter((parameter) => opensOnReplay({ ...NEWCOMER, address: `http://here/?run=recorded&${parameter}` })), []);
  ok(opensOnReplay({ ...NEWCOMER, address: 'http://here/?tab=train&__theme=dark' }), 'no replay on the named Train tab');
});

function opening() {
  allowMotion();
  history.replaceState(null, '', '/');
  localStorage.clear();
  return new Opening('recorded');
}

test('it is due once, for the first run only', () => {
  const first = opening();
  first.open('');
  first.open('recorded');
  equal([first.take(), first.take()], [true, false]);
  first.open('recorded');
  equal(first.take(), false);
  const other = opening();
  other.open('mine');
  other.open('recorded');
  equal(other.take(), false);
});

test('with reduced motion it is not due', () => {
  const calm = opening();
  globalThis.matchMedia = /** @type {typeof matchMedia} */ (/** @type {unknown} */ (() => ({ matches: true })));
  calm.open('recorded');
  equal(calm.take(), false);
});

test('a reader who touches the page before the record is there has taken over', () => {
  const touched = opening();
  touched.open('recorded');
  document.body.dispatchEvent(new Event('wheel', { bubbles: true }));
  equal(touched.take(), false);
});
