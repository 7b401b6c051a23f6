import { close, equal, test } from '/tests/check.js';
import { picture, step } from '/tests/distribution/pictures.js';
import { cellOf, columnNames, effectText, entropyText, fullHeight } from '/widgets/distribution/stage_effects.js';

test('the scale is the first one that all columns fit', () => {
  const highest = (/** @type {number} */ p) => fullHeight([step({ p: [0.001, p] })]);
  equal([0.004, 0.01, 0.011, 0.21, 0.600001, 1, 1.00005].map(highest), [0.01, 0.01, 0.02, 0.4, 0.6, 1, 1]);
});

test('the first step shows its columns unchanged', () => {
  equal(cellOf(0.3, 0.3, false, 0.6), { kept: 50, kind: 'down', change: 0 });
});

test('a raised and a lowered token keep the smaller part', () => {
  const raised = cellOf(0.3, 0.6, false, 0.6);
  const lowered = cellOf(0.6, 0.15, false, 0.6);
  equal([raised, lowered], [{ kept: 50, kind: 'up', change: 50 }, { kept: 25, kind: 'down', change: 75 }]);
});

test('a removed token keeps nothing', () => {
  equal(cellOf(0.3, 0, true, 0.6), { kept: 0, kind: 'gone', change: 50 });
});

test('columns never leave their box', () => {
  const { kept, change } = cellOf(0.61, 0.7, false, 0.6);
  close(kept + change, 100);
});

test('the effect of a stage is told in words', () => {
  equal(effectText(picture().steps[0], 'word'), '3 words in play');
  equal(effectText(step({}), 'word'), 'cuts 1 word, 20.00 %');
  equal(effectText(step({ cut_count: 50_217, moved: 0.0123 }), 'token'), 'cuts 50,217 tokens, 20.00 %; moves 1.23 %');
  equal(effectText(step({ cut_count: 0, moved: 0.5 }), 'word'), 'moves 50.00 %');
  equal(effectText(step({ cut_count: 0 }), 'word'), 'changes nothing here');
  equal(entropyText(step({})), '0.811 bits = 1.75 choices');
});

test('columns are named after words, the last one after all others', () => {
  equal(columnNames(picture()), ['you', 'a·b', 'pizza']);
  equal(columnNames(picture({ tail: { count: 7, kept: 7, before: 0, cut_before: 0, after: 0 } })).at(-1), 'others');
});
