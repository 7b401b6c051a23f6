import { equal, test } from '/tests/check.js';
import { twoWords } from '/tests/grouped/chapters.js';
import { chapterNote, chapterTable, chapterTitle, decimals } from '/widgets/grouped/chapter_table.js';

test('the table has a row for each word and one for the entropy', () => {
  const { head, rows } = chapterTable(twoWords());
  equal(head, ['word', 'logit', 'softmax', 'T = 0.1', 'T = 5', 'top-k 1: logit', 'softmax', 'drawn, T = 1', 'drawn, T = 0.1', 'drawn, T = 5']);
  equal(rows, [
    ['forward', '6.75', '9.9982e-01', '1.0000', '0.8490', '6.75', '1.0000', '1,000', '1,000', '1,850'],
    ['pizza', '-1.89', '1.7700e-04', '2.972e-38', '0.1510', '−∞', '0', '0', '0', '150'],
    ['entropy, bits', '', '0.002', '0.000', '0.612', '', '', '', '', ''],
  ]);
});

test('probabilities too small for four decimals are written in scientific notation', () => {
  equal([0, 1, 0.04304, 1e-4, 9.9e-5].map(decimals), ['0', '1.0000', '0.0430', '0.0001', '9.900e-5']);
});

test('note and title name what is shown', () => {
  equal(chapterNote(twoWords()), 'The likeliest word is forward. Drawn: 1,000 single draws under seed 123.');
  equal(chapterTitle(twoWords()), 'Probabilities of the words at temperatures 1, 0.1 and 5');
});
