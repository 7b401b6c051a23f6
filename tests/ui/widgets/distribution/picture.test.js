import { equal, test } from '/tests/check.js';
import { picture, step } from '/tests/distribution/pictures.js';
import { pathLabels, pictureTable, summary } from '/widgets/distribution/picture.js';

test('the path names every stage, and −∞ after one that cuts', () => {
  const [softmax] = picture().steps;
  const steps = [softmax, step({}), step({ chip: '÷ 0.5', cut_count: 0 })];
  equal(pathLabels(picture({ steps })), ['logits', 'Top-k 2', 'cut: −∞', '÷ 0.5', 'softmax', 'draw']);
});

test('the table has a column for each stage and says cut where one removed a word', () => {
  equal(pictureTable(picture()), {
    head: ['word', 'logit', 'softmax', 'Top-k k = 2'],
    rows: [
      ['you', '0.69', '2.0000e-01', '2.5000e-01'],
      ['a·b', '1.79', '6.0000e-01', '7.5000e-01'],
      ['pizza', '-1.9', '2.0000e-01', 'cut'],
      ['entropy in bits', '', '1.371', '0.811'],
    ],
  });
});

test('a word that an earlier stage removed is 0 in the table, not cut again', () => {
  const [softmax, cut] = picture().steps;
  const { rows } = pictureTable(picture({ steps: [softmax, cut, step({ cut: [false, false, false] })] }));
  equal(rows[2].slice(3), ['cut', '0']);
});

test('a vocabulary that is not shown in full has one row for all others', () => {
  const [softmax] = picture().steps;
  const { head, rows } = pictureTable(picture({
    kind: 'model', tail: { count: 50_254, kept: 200, before: 0.1, cut_before: 0.4, after: 0.5 },
    steps: [{ ...softmax, p: [0.1, 0.2, 0.2, 0.5] }],
  }));
  equal([head[0], rows[3]], ['token', ['50,254 others', '', '5.0000e-01']]);
});

test('tokens without a row that were all cut are not called others', () => {
  const [softmax, cut] = picture().steps;
  const { rows } = pictureTable(picture({
    tail: { count: 1670, kept: 0, before: 0, cut_before: 0.5, after: 0 },
    steps: [{ ...softmax, p: [0.1, 0.2, 0.2, 0.5] }, { ...cut, p: [0.25, 0.75, 0, 0], cut: [false, false, true, true] }],
  }));
  equal(rows[3], ['1,670 cut', '', '5.0000e-01', 'cut']);
});

test('the summary compares entropies and places the token that was searched for', () => {
  const text = 'Entropy 1.371 → 0.811 bits: as unsure as a fair draw among 2.59 → 1.75.';
  equal(summary(picture()), text);
  const rows = picture().rows.map((row) => ({ ...row, pinned: row.word === 'a b' }));
  equal(summary(picture({ rows, size: 50_257 })), `${text} a·b is token 1, number 1 of 50,257 by probability.`);
});
