import { equal, ok, test } from '/tests/check.js';
import {
  bits,
  formatProbability,
  leadingSpace,
  legend,
  MEASURES,
  probabilityShade,
  quoted,
  shadeOf,
  summary,
  tokenName,
} from '/widgets/lib/shades.js';

/** @typedef {import('/widgets/lib/shades.js').MeasureName} MeasureName */

const names = /** @type {MeasureName[]} */ (Object.keys(MEASURES));
/** @param {number} p @param {number} [r] @param {number} [h] */
const scores = (p, r = 1, h = 0) => ({ p, r, h });

test('every measure gives one of ten colours, for extreme tokens too', () => {
  for (const measure of names) {
    for (const token of [scores(0, 50_257, 15.6), scores(1), scores(1e-40, 1, 0), scores(0.5, 10, 3.2)]) {
      ok(/^var\(--step-\d\)$/.test(shadeOf(token, measure)), `${measure}: ${shadeOf(token, measure)}`);
    }
  }
});

test('the less likely a token, the higher its step, under every measure of it', () => {
  const step = (/** @type {string} */ shade) => Number(shade.at(-2));
  for (const measure of names) {
    let last = -1;
    for (let k = 0; k <= 40; k++) {
      const now = step(shadeOf(scores(2 ** (-k / 3), 1 + k ** 2, k / 4), measure));
      ok(now >= last, `${measure} falls from ${last} to ${now}`);
      last = now;
    }
    equal([step(shadeOf(scores(1), measure)), last], [0, 9]);
  }
});

test('a step stands for the values that its legend names', () => {
  equal(shadeOf(scores(0.33), 'probability'), legend('probability')[6].colour);
  equal(legend('probability')[6].text, 'about 33 %');
  equal(
    [1, 2, 4, 5, 999, 1000].map((r) => shadeOf(scores(0.5, r), 'rank').at(-2)),
    ['0', '1', '2', '3', '8', '9'],
  );
  equal(
    legend('rank')
      .map(({ text }) => text)
      .slice(-2),
    ['from rank 300', 'from rank 1,000'],
  );
  equal(
    legend('entropy')
      .map(({ text }) => text)
      .slice(-2),
    ['8 bits', '9 bits or more'],
  );
  equal(
    names.map((name) => legend(name).length),
    [10, 10, 10, 10],
  );
});

test('a probability alone has the colour of the measure of that name', () => {
  for (let p = 0; p <= 1; p += 0.01) equal(probabilityShade(p), shadeOf(scores(p), 'probability'));
});

test('surprise is finite even for a probability of zero', () => {
  equal([bits(1), bits(0.5), bits(0.125)], [0, 1, 3]);
  ok(Number.isFinite(bits(0)), 'infinite');
});

test('probabilities keep the digits that matter', () => {
  equal([0, 5e-6, 0.0004, 0.0435, 0.43, 0.9999, 1, null, undefined].map(formatProbability), [
    '0 %',
    '< 0.001 %',
    '0.04 %',
    '4.3 %',
    '43.0 %',
    '> 99.9 %',
    '100.0 %',
    '–',
    '–',
  ]);
});

test('white space in a name is visible, and bytes keep a thin space between them', () => {
  equal([tokenName(' a\n'), tokenName('⟨E2 82⟩'), tokenName('⟨a b⟩')], ['·a↵', '⟨E2\u200982⟩', '⟨a·b⟩']);
});

test('a token is called by itself, where that differs from its part of the text', () => {
  equal([quoted({ t: ' a' }), quoted({ t: '', d: '⟨F0⟩' }), quoted({})], ['“·a”', '“⟨F0⟩”', '“”']);
});

test('a token is one sentence', () => {
  equal(summary({ t: ' a', p: 0.43, r: 1200 }), '“·a” 43.0 %, rank 1,200');
  equal(summary({ t: 'A' }), '“A”, the first token: nothing stands before it');
});

test('only a space directly before a word is left uncoloured', () => {
  equal([' word', '  two', ' \n', ' ', 'word', ''].map(leadingSpace), [' ', '', '', '', '', '']);
});
