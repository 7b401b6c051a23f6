import { equal, test } from '/tests/check.js';
import { CONTINUED, FIGURES } from '/tests/checks/fixtures.js';
import { continuedLines, continuedSentence, figureRows, figureSentence, lossRows, lossSentence } from '/widgets/checks/results.js';

test('figures stand beside those of the book', () => {
  equal(figureRows(FIGURES), [['Perplexity', '48725.8', '48725.8', '✓'], ['Loss', '10.7940', '10.8000', '≠']]);
  equal([figureSentence(FIGURES), figureSentence(FIGURES.slice(0, 1))], ['1 of 2 figures are found again.', 'All 1 figures of the book are found again.']);
});

test('a training that goes on begins where it was saved', () => {
  equal(continuedLines(CONTINUED).map(({ name, y }) => [name, y]), [['weights', [null, null, 4, 3.5]], ['whole', [6, 5, 4, 3]], ['resumed', [null, null, 4, 3]]]);
  equal(continuedSentence(CONTINUED), 'No jump: saved after step 2, read from the disk by a new session, and its losses are to the last bit as in a training that '
    + 'was never stopped. With the weights alone, without AdamW’s two moments for each of them, they are up to 0.50 away, because the optimizer starts again '
    + 'from nothing.');
  equal(continuedSentence({ ...CONTINUED, apart: 0.00012 }).includes('at most 0.00012 away'), true);
});

test('losses are met to the four digits of the book', () => {
  const rows = [{ part: 'training', book: 3.7548, here: 3.75476 }, { part: 'validation', book: 3.5596, here: 3.7 }];
  equal(lossRows(rows).map((row) => row[3]), ['✓', '≠']);
  equal([lossSentence(rows).startsWith('Not as'), lossSentence(rows.slice(0, 1)).startsWith('As in the book')], [true, true]);
});
