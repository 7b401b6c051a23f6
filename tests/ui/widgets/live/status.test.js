import { equal, test } from '/tests/check.js';
import { SESSION, newsOf, statusOf } from '/tests/live/fixtures.js';
import { aboutText, endText, machineParts, mainAction, readingText, stateText, trainLabel } from '/widgets/live/status.js';

test('a queued run shows its place, and none while it starts', () => {
  equal(stateText(statusOf({ state: 'queued', queue_place: 2 })), 'Waiting: 2nd');
  equal(stateText(statusOf({ state: 'queued' })), 'Starting');
});

test('the message of a live run is what it does, that of another one why it ended', () => {
  const starting = statusOf({ message: 'Reading the text' });
  equal([stateText(starting), endText(starting)], ['Reading the text', '']);
  const failed = statusOf({ state: 'failed', live: false, message: 'No memory is left.' });
  equal([stateText(failed), endText(failed)], ['Failed', 'No memory is left.']);
  equal(stateText(statusOf()), 'Training');
});

test('the first button pauses, resumes, or trains one epoch more', () => {
  const actions = /** @type {const} */ (['queued', 'running', 'paused', 'interrupted', 'completed']).map((state) => mainAction(state).action);
  equal(actions, ['pause', 'pause', 'resume', 'resume', 'extend']);
});

test('the machine is told with its processes only where there are several', () => {
  equal(machineParts(SESSION), ['cpu', 'float32', '2 threads']);
  equal(machineParts({ ...SESSION, processes: 4, threads: 1 }), ['cpu', 'float32', '4 processes', '1 thread']);
});

test('what is not known is left out of the heading', () => {
  equal(aboutText(newsOf().about, SESSION), 'nano · river · 123.5 k parameters · cpu · float32 · 2 threads'.replace('123.5', '123'));
  equal([aboutText(newsOf().about, null), aboutText(null, null)], ['nano · river', '']);
});

test('how often a text was read is told in whole epochs where there are many', () => {
  const story = { ...newsOf().about, text_name: 'story' };
  const read = (/** @type {number} */ step, live = false) => readingText(/** @type {any} */ (story), SESSION, statusOf({ step, live }));
  equal(read(200), 'This model has read one short story 20 times. Drag to watch it learn.');
  equal(read(10), 'This model has read one short story once. Drag to watch it learn.');
  equal(read(23, true), 'This model has read one short story 2.3 times so far.');
  equal([read(0), readingText(null, SESSION, statusOf()), readingText(newsOf().about, null, statusOf())], ['', '', '']);
});

test('the button that leads to an own training says how long it took', () => {
  equal([trainLabel(statusOf({ elapsed_s: 58 })), trainLabel(null)], ['Train it yourself (58 s)', 'Train it yourself']);
});

test('who watches the training of another visitor is told that it is not theirs', () => {
  equal(endText(statusOf({ state: 'running', live: true, may_control: false })), 'Another visitor started this training: you can watch it, not stop or change it.');
  equal(endText(statusOf({ state: 'running', live: true, may_control: true })), '');
  equal(endText(statusOf({ state: 'stopped', live: false, may_control: false, message: 'No memory is left.' })), 'No memory is left.');
});

test('of weights from elsewhere it is said where they can be trained on a text', () => {
  const said = endText(statusOf({ state: 'completed', live: false, has_text: false, message: 'From gpt2-124M; not trained here.' }));
  equal(said, 'From gpt2-124M; not trained here. On the Runs tab it can be trained on a text of yours.');
});
