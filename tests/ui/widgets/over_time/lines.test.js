import { close, equal, test } from '/tests/check.js';
import { FOUND } from '/tests/over_time/fixtures.js';
import { errorLines, errorSentence, gapTop, memoryLines, memorySentence, momentSentence, placeLines, span } from '/widgets/over_time/lines.js';

test('copied share and gap share one picture', () => {
  equal(gapTop(FOUND), 10);
  const [gap, copied] = memoryLines(FOUND);
  close(/** @type {number} */ (gap.y[3]), 0.57);
  equal([copied.x, copied.y], [[10, 20, 30], [0, 0.25, 0.75]]);
  equal(span(FOUND), [0, 30]);
});

test('a gap below zero is none', () => {
  equal(memoryLines({ ...FOUND, evals: [[1, 7, 6.9]] })[0].y, [0]);
});

test('where memorising begins is where the validation loss is lowest', () => {
  equal(memorySentence(FOUND), 'Memorising begins at step 10: there the validation loss is lowest, 5.500; afterwards it rises to 6.200 while the training loss '
    + 'falls from 4.000 to 0.500, because the model remembers sentences that the validation part does not have. '
    + 'At step 30 half of a sample or more is copied for the first time; of the last one it is 75.0 %.');
});

test('a run that still learns has not begun to memorise', () => {
  const learning = { ...FOUND, evals: FOUND.evals.slice(0, 2).concat([[12, 3.5, 5.2]]), copied: FOUND.copied.slice(0, 1) };
  equal(memorySentence(learning), 'No memorising so far: the validation loss, lowest at step 12 with 5.200, has not risen while the training loss fell. '
    + 'Of its last sample 0.0 % is copied.');
  equal(memorySentence({ ...FOUND, evals: [] }), 'There are too few evaluations to say when memorising began.');
});

test('a moment is said with both lines', () => {
  equal(momentSentence(FOUND, 19), 'Step 20: training 2.000, validation 5.900, a gap of 3.900. The sample of step 20 is 25.0 % copied.');
});

test('errors of both parts, and when it was most honest', () => {
  equal(errorLines(FOUND).map(({ name, y }) => [name, y]), [['train', [0.02, 0.01, 0.03]], ['validation', [0.03, 0.02, 0.2]]]);
  equal(errorSentence(FOUND).startsWith('On the validation part it is most honest at step 15, 2.0 % off; at the end it is 20.0 % off'), true);
  const untrained = { ...FOUND, parts: { ...FOUND.parts, validation: { errors: [0.001, 0.2, 0.03], places: [] } } };
  equal(errorSentence(untrained), 'On the validation part it is most honest at the end, 3.0 % off.');
});

test('a line for each group of places', () => {
  const [first, second] = placeLines(FOUND, 'train');
  equal([first.shown, second.shown, first.y], ['1', '2–3', [6, 4, 2]]);
  equal(placeLines({ ...FOUND, parts: { ...FOUND.parts, train: { errors: [], places: [] } } }, 'train'), []);
});
