import { close, equal, test } from '/tests/check.js';
import { CHAPTER } from '/tests/microscope/fixtures.js';
import { chosenTokens, comparedLosses, heads, isPredicted, meanLoss, perplexitySentence, sixSteps } from '/widgets/microscope/six_steps.js';

/** @typedef {import('/widgets/microscope/six_steps.js').Token} Token */

const TOKENS = /** @type {Token[]} */ (CHAPTER.tokens);
const SIX = chosenTokens(TOKENS, -1, 6);

test('the six steps on the two sentences of the chapter give its figures', () => {
  const rows = sixSteps(SIX);
  equal(rows.map(({ title }) => title), ['Logits', 'Probabilities', 'Probability of the target', 'Logarithm', 'Mean', 'Negative mean']);
  equal(rows[2].values.slice(0, 3), ['7.4540e−5', '3.1061e−5', '1.1563e−5']);
  equal(rows[3].values, ['−9.5042', '−10.3796', '−11.3677', '−11.4798', '−9.7764', '−12.2561']);
  equal([rows[4].values, rows[5].values], [['−10.7940'], ['10.7940']]);
});

test('perplexity is said as a number of equally likely tokens', () => {
  equal(perplexitySentence(SIX, 50257),
    'Perplexity is e to the loss, e^10.7940 = 48,725.8: on these tokens the model is as unsure as if it chose among 48,725.8 '
    + 'equally likely tokens, of 50,257 in its vocabulary.');
});

test('tokens without anything before them are left out', () => {
  equal(heads(SIX), ['·effort', '·moves', '·you', '·really', '·like', '·chocolate']);
  equal(heads(chosenTokens(TOKENS, 3, 3)), ['·you', '·really', '·like']);
  equal(chosenTokens(TOKENS, 7, 6).length, 1);
  equal(TOKENS.filter(isPredicted).length, 6);
  close(meanLoss(SIX), 10.793964, 1e-6);
});

test('losses are compared from the largest to the smallest, and what is not known is left out', () => {
  const rows = comparedLosses({ uniform: 7.4, unigram: 5.6, bigram: 5.3, untrained: null }, 6.4, 1690);
  equal(rows.map(({ name }) => name), [
    'Blind guessing, ln 1,690', 'This model, whole passage', 'Only how often each token occurs (unigram)', 'Only the token before (bigram)',
  ]);
  equal(rows.map(({ isOwn }) => isOwn), [false, true, false, false]);
  equal(comparedLosses({ uniform: 7.4 }, null, 1690).length, 1);
});
