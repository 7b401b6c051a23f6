// What the states of a run are called on the page. No DOM here.

/** @typedef {'queued' | 'running' | 'paused' | 'stopped' | 'completed' | 'diverged' | 'failed' | 'interrupted'} State */

/** @type {Record<State, string>} */
const LABELS = {
  queued: 'Waiting', running: 'Training', paused: 'Paused', stopped: 'Stopped', completed: 'Finished',
  diverged: 'Diverged', failed: 'Failed', interrupted: 'Interrupted',
};

/** @param {State} state */
export const stateLabel = (state) => LABELS[state] ?? state;

/**
 * Behind what a run waits: its place in the queue, from 1, and the training that ends first, whose it is ('' on a private
 * server), and about how many seconds it still needs.
 * @typedef {{ place: number, whose: '' | 'yours' | 'another', state: State, seconds: number | null }} Waiting
 */

/** @param {number} place  in the queue, from 1 @param {Waiting | null} [behind] */
export function waitingLabel(place, behind) {
  const words = `Waiting: ${ordinal(place)}`;
  if (!behind) return words;
  const training = { '': 'a training', yours: 'your training', another: 'another visitor’s training' }[behind.whose];
  return `${words}, behind ${training} that ${needed(behind)}`;
}

/** @param {Waiting} behind */
function needed({ state, seconds }) {
  if (state === 'paused') return 'is paused';
  if (seconds === null) return 'has just begun';
  if (seconds < 50) return 'needs less than a minute';
  const minutes = Math.round(seconds / 60);
  return `needs about ${minutes} more minute${minutes === 1 ? '' : 's'}`;
}

/** @param {number} n */
function ordinal(n) {
  const isTeen = n % 100 > 10 && n % 100 < 14;
  return `${n}${(!isTeen && { 1: 'st', 2: 'nd', 3: 'rd' }[n % 10]) || 'th'}`;
}
