import { equal, ok, test, until } from '/tests/check.js';
import { Replay, replayIndex } from '/widgets/live/replay.js';

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
  const replay = new Replay(button, (index) => moves.push(index), () => false);
  replay.draw(true, count);
  return { button, moves, replay };
}

test('it starts at the first evaluation and stops on any touch', async () => {
  const { button, moves } = offered(5000);
  button.click();
  await until(() => moves.length > 2, 'moves');
  equal([moves[0], button.textContent], [0, 'Stop replay']);
  document.body.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  equal(button.textContent, 'Replay');
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
