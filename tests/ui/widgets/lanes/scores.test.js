import { equal, test } from '/tests/check.js';
import { NUMBERS } from '/tests/lanes/lane_fixture.js';
import { partedAt, scoreRows } from '/widgets/lanes/scores.js';

test('a score has a row for each number', () => {
  equal(
    scoreRows(NUMBERS).map(({ name, value }) => [name, value]),
    [
      ['Mean log probability', '−0.700'],
      ['Perplexity', '2.01'],
      ['Different pairs', '100.0 %'],
      ['Repeated fours', '0 %'],
      ['Copied', '25.0 %'],
    ],
  );
});

test('a perplexity that is no number any more is infinite', () => {
  const perplexity = (/** @type {number | null} */ value) => scoreRows({ ...NUMBERS, perplexity: value })[1].value;
  equal([perplexity(null), perplexity(123456)], ['∞', '123,000']);
});

test('a text without tokens has no score', () => {
  equal([scoreRows(null), scoreRows({})], [[], []]);
});

test('where a lane leaves the first one is counted from 1', () => {
  const lane = { number: 1, title: '', note: '', tokens: [], score: null };
  equal([partedAt({ ...lane, parted: -1 }), partedAt({ ...lane, parted: 1 })], ['nowhere', 'at token 2']);
});
