import { equal, ok, test, until } from '/tests/check.js';
import { Recited, splitPieces } from '/widgets/lib/recited.js';

/** @param {string} text */
const piece = (text, tokens = 0) => ({ text, source: tokens ? { before: 'a', text, after: 'b', tokens } : null });

test('every sample is asked about once, together with others, and its pieces are known then', async () => {
  /** @type {any[]} */
  const questions = [];
  let changes = 0;
  const recited = new Recited(async (query) => {
    questions.push(query);
    return { pieces: /** @type {any} */ (query).texts.map((/** @type {string} */ text) => [piece(text, 9)]) };
  }, () => changes++);
  recited.open('tale');
  recited.look([{ text: 'one' }, { text: 'two' }]);
  equal(recited.piecesOf('one'), null);
  await until(() => changes === 1, 'answered');
  recited.look([{ text: 'one' }, { text: 'two' }, { text: 'x'.repeat(9000) }]);
  equal(questions, [{ run: 'tale', texts: ['one', 'two'] }]);
  equal(recited.piecesOf('two'), [piece('two', 9)]);
});

test('an answer about another run is not taken, and a refusal may be repeated', async () => {
  let asked = 0;
  /** @type {(answer: object) => void} */
  let answer = () => {};
  const recited = new Recited(() => new Promise((resolve) => { asked++; answer = resolve; }), () => {});
  recited.open('tale');
  recited.look([{ text: 'one' }]);
  recited.open('other');
  recited.look([{ text: 'one' }]);
  answer({ pieces: [[piece('one', 9)]] });
  await until(() => asked === 2, 'asked again for the other run');
  equal(recited.piecesOf('one'), null);
  answer({ error: 'Busy.' });
  await new Promise((resolve) => setTimeout(resolve));
  recited.look([{ text: 'one' }]);
  ok(asked === 3, 'asked once more');
});

test('pieces are split where the prompt ends', () => {
  equal(splitPieces([piece('Every eff', 9), piece('ort')], 5), [[piece('Every', 9)].map((it) => ({ ...it, source: piece('Every eff', 9).source })),
    [{ text: ' eff', source: piece('Every eff', 9).source }, piece('ort')]]);
  equal(splitPieces([piece('ab')], 0), [[], [piece('ab')]]);
  equal(splitPieces([piece('ab')], 2), [[piece('ab')], []]);
});
