import { equal, test } from '/tests/check.js';
import { evaluated, newsOf, stepsOf } from '/tests/live/fixtures.js';
import { lead, placeOf, recordOf, withoutText, writtenText } from '/widgets/one_page/content.js';
import { TEXT, contentOf } from '/tests/one_page/pages.js';

test('the parts of a log become one record, without what was undone', () => {
  const resumed = newsOf({ cut: 2, steps: stepsOf(3, 3), evals: [evaluated(5, 3, 3)] });
  const record = recordOf(contentOf({ gains: [newsOf({ steps: stepsOf(4) }), resumed] }));
  equal(record.steps.step, [1, 2, 3, 4, 5]);
  equal(record.evals.map((row) => row.step), [1, 5]);
});

test('the sentence says how often the text was read', () => {
  const content = contentOf();
  const told = (/** @type {number} */ steps) => lead(content, recordOf(contentOf({ gains: [newsOf({ steps: stepsOf(steps), evals: [] })] })));
  equal(told(40), 'This model has read “river” 4 times. Drag over the curve to watch it learn.');
  equal(told(10), 'This model has read “river” once. Drag over the curve to watch it learn.');
});

test('a text has one probability for each token', () => {
  const { tokens, vocabSize } = writtenText(TEXT);
  equal([tokens.map((token) => token.t).join(''), vocabSize], ['Every effort <b>', 300]);
  equal([tokens[2].p, tokens[2].q, tokens[2].a], [0.01, undefined, [[8, ' effort', 0.5], [9, ' day', 0.25]]]);
});

test('a page without weights has no text', () => {
  equal(writtenText(null).tokens, []);
  equal(withoutText('It has no checkpoint.'), 'This page has no text of the trained model. It has no checkpoint.');
});

test('a token has its place and id', () => equal(placeOf(1233, 7), 'token 1,234, id 7'));
