import { equal, test } from '/tests/check.js';
import { afterStages, choiceLabel, choicesOf, factRows, restSentence } from '/widgets/token_strip/token_facts.js';

/** @type {import('/widgets/token_strip/token_log.js').ScoredToken} */
const TOKEN = {
  i: 7,
  t: ' sun',
  p: 0.25,
  q: 0.5,
  r: 2,
  h: 3,
  a: [
    [4, ' moon', 0.5, 0.5],
    [7, ' sun', 0.25, 0.5],
  ],
};

test('the numbers of a token', () => {
  equal(
    factRows(TOKEN, 1500).map(([, value]) => value),
    ['25.0 % → 50.0 %', '2 of 1,500', '−1.386', '2.00 bits', '3.00 bits'],
  );
  equal(factRows(TOKEN, 1500)[4][2], 'as unsure as a choice among 8.0 equal tokens');
});

test('a token of the prompt has no probability after the stages', () => {
  equal(factRows({ ...TOKEN, q: undefined }, 9)[0][1], '25.0 %');
});

test('the token itself is marked, and added to the list if it is none of the likeliest', () => {
  equal(
    choicesOf(TOKEN).map(({ id, here }) => [id, here]),
    [
      [4, false],
      [7, true],
    ],
  );
  const rare = choicesOf({ ...TOKEN, i: 9, d: '⟨E2⟩', p: 0.01 });
  equal(
    rare.map(({ id, here }) => [id, here]),
    [
      [4, false],
      [7, false],
      [9, true],
    ],
  );
  equal([rare[2].name, rare[2].p, rare[2].q], ['⟨E2⟩', 0.01, 0.5]);
});

test('the tokens that are not listed share the rest', () => {
  equal(restSentence(choicesOf(TOKEN), 1500), '1,498 other tokens share 25.0 %.');
  equal(restSentence(choicesOf(TOKEN), 2), '');
  equal(restSentence([{ id: 1, name: 'a', p: 1.0000001, q: 1, here: true }], 9), '');
});

test('a screen reader hears what pressing a choice does', () => {
  const [other, same] = choicesOf(TOKEN);
  equal(choiceLabel(other), 'Take “·moon” instead, 50.0 % under the model, 50.0 % after the stages');
  equal(choiceLabel({ ...same, q: undefined }), '“·sun”, the token in the text, 25.0 %');
});

test('a token that the stages removed is cut', () => {
  equal([afterStages(undefined), afterStages(0), afterStages(0.5)], ['', 'cut', '50.0 %']);
});
