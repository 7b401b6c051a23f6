import { close, equal, test } from '/tests/check.js';
import { DESK, END, FIRST, logOf, PROMPT, START, TEXT, token } from '/tests/token_strip/log_fixture.js';
import { liveRate, perplexity, statusParts } from '/widgets/token_strip/status_line.js';
import { TokenLog } from '/widgets/token_strip/token_log.js';

/** @param {Record<string, unknown>[]} lines */
function branchOf(lines) {
  const log = new TokenLog();
  log.read(logOf(lines), 0);
  return log.branches[0];
}

const RESTING = { busy: false, weights: 'float32', now_ms: 0 };

test('a finished text has its length, speed and perplexity', () => {
  equal(statusParts(branchOf(TEXT), RESTING), ['3 tokens', '120 tokens/s', 'perplexity 3.17']);
});

test('while a text is written its speed is measured here, after a moment', () => {
  const branch = branchOf([START, DESK, FIRST, ...PROMPT, token(3, 'a')]);
  equal(statusParts(branch, { ...RESTING, busy: true, now_ms: 200 }), ['1 token']);
  equal(statusParts(branch, { ...RESTING, busy: true, now_ms: 500 }), ['1 token', '2 tokens/s']);
});

test('only tokens written since the last press count for the speed', () => {
  const branch = branchOf([...TEXT, { kind: 'more', branch: 0, settings: {} }, token(6, 'a'), token(7, 'b')]);
  equal(liveRate(branch, 1000), 2);
});

test('a prompt alone says nothing', () => {
  equal(statusParts(branchOf([DESK, FIRST, ...PROMPT]), { ...RESTING, weights: 'int8' }), []);
});

test('why a text ended is said unless it was the length', () => {
  const why = (/** @type {object} */ end) =>
    statusParts(branchOf([...TEXT.slice(0, -1), { ...END, ...end }]), RESTING).at(-1);
  equal(why({ reason: 'stopped' }), 'stopped');
  equal(why({ reason: 'end' }), 'the model ended the text');
  equal(why({ reason: 'stop', stop: '.' }), 'stopped at “.”');
});

test('rounded weights and a text beyond the context are said', () => {
  const branch = branchOf([...TEXT.slice(0, -1), { ...END, seen_from: 2 }]);
  equal(statusParts(branch, { ...RESTING, weights: 'int8' }).slice(3), [
    'int8 weights',
    'the model still sees the last 3 tokens',
  ]);
});

test('one impossible token does not make the perplexity infinite', () => {
  close(
    perplexity([
      { i: 1, t: 'a', p: 0.25 },
      { i: 2, t: 'b', p: 0.25 },
    ]),
    4,
  );
  equal(Number.isFinite(perplexity([{ i: 1, t: 'a', p: 0 }])), true);
});
