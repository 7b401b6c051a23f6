import { equal, test } from '/tests/check.js';
import { SESSION, newsOf, statusOf } from '/tests/live/fixtures.js';
import { aboutText, endText, machineParts, mainAction, stateText } from '/widgets/live/status.js';

test('a queued run shows its place, and none while it starts', () => {
  equal(stateText(statusOf({ state: 'queued', queue_place: 2 })), 'Waiting, place 2');
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
