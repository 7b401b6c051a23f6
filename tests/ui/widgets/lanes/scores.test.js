import { equal, test } from '/tests/check.js';
import { NUMBERS } from '/tests/lanes/lane_fixture.js';
import { partedAt, scoreRows } from '/widgets/lanes/scores.js';

test('a score has a row for each number', () => {
  equal(
    scoreRows(NUMBERS).map(({ name, value }) => [name, value]),
    [
      ['Mean log probability', '−0.700'],
      ['Perplexity', '2.01'],
      ['Distinct pairs', '100.0 %'],
      ['Repeated 4-grams', '0 %'],
      ['Copied', '25.0 %'],
    ],
  );
});

test('a perplexity that is no number any more is infinite', () => {
  const perplexity = (/** @type {number | null} */ value) => scoreRows({ ...NUMBERS, perplexity: value })[1].value;
  equal([perplexity(null), perplexity(123456)], ['∞', '123,000']);
});

test('a text that was written before has only the rows that need no probabilities', () => {
  const { mean, perplexity, ...words } = NUMBERS;
  equal([mean, perplexity, scoreRows(words).map(({ name }) => name)], [-0.7, 2.0138, ['Distinct pairs', 'Repeated 4-grams', 'Copied']]);
});

test('a text without tokens has no score', () => {
  equal([scoreRows(null), scoreRows({})], [[], []]);
});

test('where a lane begins to differ from the first one is counted from 1', () => {
  const lane = { number: 1, title: '', note: '', tokens: [], old: '', score: null };
  equal([partedAt({ ...lane, parted: -1 }), partedAt({ ...lane, parted: 1 })], ['nowhere', 'token 2']);
});
