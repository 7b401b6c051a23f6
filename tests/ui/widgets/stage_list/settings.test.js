import { close, equal, test } from '/tests/check.js';
import { FIELDS } from '/tests/stage_list/catalogue.js';
import { isWithin, placeOf, rounded, sliderRange, tokensText, valueAt } from '/widgets/stage_list/settings.js';

test('a slider reaches from its bounds or from where it is told to start', () => {
  equal(sliderRange(FIELDS.temperature, 9), { min: 0, max: 5, step: 0.01 });
  equal(sliderRange({ ...FIELDS.temperature, soft_min: 0.5 }, 9).min, 0.5);
  equal(sliderRange({ ...FIELDS.temperature, soft_max: undefined }, 9).max, 100);
});

test('k reaches to the size of the vocabulary, at most 200', () => {
  equal([1, 9, 150, 50_257].map((size) => sliderRange(FIELDS.k, size).max), [2, 9, 150, 200]);
});

test('a logarithmic slider has powers of ten as places', () => {
  const { min, max, step } = sliderRange(FIELDS.epsilon, 9);
  equal(min, -6);
  close(max, Math.log10(0.5));
  close(step, (max - min) / 200);
  close(placeOf(FIELDS.epsilon, 0.001), -3);
  close(valueAt(FIELDS.epsilon, -3), 0.001);
  equal(placeOf(FIELDS.epsilon, 0), -6);
});

test('values are whole numbers or have six digits', () => {
  equal([valueAt(FIELDS.k, 3), rounded(FIELDS.k, 2.6), valueAt(FIELDS.temperature, 0.1 + 0.2), rounded(FIELDS.epsilon, 1e-6)], [3, 3, 0.3, 1e-6]);
});

test('typed numbers must be within the bounds', () => {
  equal([0, 1, 262_144, 262_145, Number.NaN].map((value) => isWithin(FIELDS.k, value)), [false, true, true, false, false]);
});

test('tokens are named by their words, quoted where needed, or by number', () => {
  const words = ['you', 'a b', 'c,d', 'say "x"'];
  equal(tokensText([0, 1, 2, 9], words), 'you, "a b", "c,d", #9');
  equal(tokensText([[0, 2.5], [1, -1], [9, 0]], words), 'you +2.5, "a b" -1, #9 +0');
  equal(tokensText([0, 5], []), '#0, #5');
  equal(tokensText([], words), '');
});
