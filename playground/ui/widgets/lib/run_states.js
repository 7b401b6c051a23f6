// What the states of a run are called on the page. No DOM here.

/** @typedef {'queued' | 'running' | 'paused' | 'stopped' | 'completed' | 'diverged' | 'failed' | 'interrupted'} State */

/** @type {Record<State, string>} */
const LABELS = {
  queued: 'Waiting', running: 'Training', paused: 'Paused', stopped: 'Stopped', completed: 'Finished',
  diverged: 'Diverged', failed: 'Failed', interrupted: 'Interrupted',
};

/** @param {State} state */
export const stateLabel = (state) => LABELS[state] ?? state;

/** @param {number} place  in the queue, from 1 */
export const waitingLabel = (place) => `Waiting, place ${place}`;
