import { equal, test, until } from '/tests/check.js';
import { CHOICES, NUMBERS } from '/tests/exercises/cards.js';
import { texts } from '/tests/mounting.js';
import { makeCard } from '/widgets/exercises/cards.js';
import { part, parts } from '/widgets/lib/dom.js';

const COUNTS = { head: ['', 'drawn'], rows: [['T = 1', '0'], ['T = 5', '32']] };
const WORDS = { head: ['', 'words'], rows: [['low', 'forward forward forward'], ['high', 'closer pizza you you you']] };

const rows = (/** @type {ParentNode} */ table) => parts(table, 'tr').map((row) => texts(row, 'th, td').join(' | '));

test('the result is shown only after a prediction', async () => {
  /** @type {object[]} */
  const asked = [];
  const card = makeCard(NUMBERS, async (query) => { asked.push(query); return COUNTS; }, () => {});
  const look = part(card, '.look');
  equal([look.textContent, part(card, '.ups').hidden], ['Check', true]); // its buttons would show the answer
  look.click();
  equal([part(card, '.hint').textContent, part(card, '.result').hidden, asked], ['Predict first: a guess is enough.', true, []]);
  for (const box of parts(card, 'input', HTMLInputElement)) box.value = '10';
  look.click();
  await until(() => !part(card, '.result').hidden, 'no result');
  equal([part(card, '.hint').textContent, asked], ['', [{ number: '5.1' }]]);
  equal(rows(part(card, 'table')), [' | you said | drawn', 'T = 1 | 10 | 0', 'T = 5 | 10 | 32']);
  equal([part(card, '.why').textContent, part(card, '.ups').hidden], [NUMBERS.why, false]);
});

test('numbers are bounded by the number of draws', () => {
  const card = makeCard(NUMBERS, async () => COUNTS, () => {});
  equal(parts(card, 'input', HTMLInputElement).map(({ min, max, ariaLabel }) => [min, max, ariaLabel]),
    [['0', '1000', 'T = 1: times in 1,000'], ['0', '1000', 'T = 5: times in 1,000']]);
});

test('choices are compared with what is expected', async () => {
  const card = makeCard(CHOICES, async () => WORDS, () => {});
  for (const radio of parts(card, 'input[value=high]')) radio.click();
  part(card, '.look').click();
  await until(() => !part(card, '.result').hidden, 'no result');
  equal(part(card, '.result p').textContent, '1 of 2 as expected.');
  const [compared, result] = parts(card, 'table');
  equal(rows(compared)[2], 'code | high | low | ≠');
  equal([rows(result)[1], result.querySelectorAll('.prose').length], ['low | forward forward forward', 3]);
});

test('two cards keep their choices apart', () => {
  const [one, other] = [CHOICES, CHOICES].map((card) => makeCard(card, async () => WORDS, () => {}));
  document.body.replaceChildren(one, other);
  parts(one, 'input')[0].click();
  parts(other, 'input')[0].click();
  equal([one, other].map((card) => card.querySelectorAll('input:checked').length), [1, 1]);
});

test('a refusal is shown as a hint and the next try hides it', async () => {
  let answer = /** @type {object} */ ({ error: 'The server is busy.' });
  const card = makeCard(NUMBERS, async () => answer, () => {});
  for (const box of parts(card, 'input', HTMLInputElement)) box.value = '1';
  part(card, '.look').click();
  await until(() => part(card, '.hint').textContent === 'The server is busy.', 'no sentence');
  equal([part(card, '.hint').hidden, part(card, '.result').hidden], [false, true]);
  answer = COUNTS;
  part(card, '.look').click();
  await until(() => !part(card, '.result').hidden, 'no result');
  equal(part(card, '.hint').textContent, '');
});
