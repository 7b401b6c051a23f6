import { close, equal, test } from '/tests/check.js';
import { hundredDraws } from '/tests/draws/answers.js';
import { countRows, expectedText, roundDraws } from '/widgets/draws/counts.js';

test('the slider stops at 1, 2, 5, 10, 20, 50 and so on', () => {
  const stops = Array.from({ length: 121 }, (_, i) => roundDraws(i / 20, 1e6));
  equal([...new Set(stops)], [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6]);
});

test('the slider never exceeds the most draws', () => {
  equal([roundDraws(6, 1e6), roundDraws(6.2, 1e6), roundDraws(4.9, 7e4)], [1e6, 1e6, 7e4]);
});

test('expected counts are rounded to what can be read', () => {
  equal([0, 0.01, 0.05, 43.04, 999.94, 1000, 572_120.4].map(expectedText), ['0', '<0.1', '0.1', '43.0', '999.9', '1,000', '572,120']);
});

test('bars and bands are shares of the highest count or band', () => {
  const [heads, edge] = countRows(hundredDraws());
  close(heads.countAt, (100 * 60) / 69.1);
  close(heads.lowAt + heads.bandWidth, 100);
  close(edge.lowAt, (100 * 30.9) / 69.1);
  equal([heads.count, heads.expected, edge.label], ['60', '50.0', 'on·edge']);
});

test('an expected count outside the Wilson band is marked, one on its edge is not', () => {
  equal(countRows(hundredDraws()).map(({ isOutside }) => isOutside), [true, false, false]);
});

test('the followed and the impossible word are marked', () => {
  const rows = countRows(hundredDraws());
  equal(rows.map(({ isFollowed }) => isFollowed), [false, true, false]);
  equal(rows.map(({ isImpossible }) => isImpossible), [false, false, true]);
});

test('tokens without a row share one', () => {
  const rows = countRows(hundredDraws({ tail: { tokens: 50_254, count: 5, expected: 4.2, low: 2, high: 10 } }));
  equal([rows.length, rows[3].label, rows[3].count, rows[3].expected], [4, '50,254 others', '5', '4.2']);
});

test('counts of nothing have a scale, too', () => {
  const nothing = { word: 'a', count: 0, expected: 0, low: 0, high: 0 };
  equal(countRows(hundredDraws({ rows: [nothing] }))[0].countAt, 0);
});
