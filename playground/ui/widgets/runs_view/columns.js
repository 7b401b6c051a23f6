// The columns of the table of runs: how each reads, and how it sorts. No DOM here.

import { bytes, loss, perplexity, whole } from '../lib/format.js';
import { stateLabel, waitingLabel } from '../lib/run_states.js';

/**
 * A run as the server lists it.
 * @typedef {object} Run
 * @property {string} name  its key
 * @property {string} title  what it is called
 * @property {string} text  the name of its text
 * @property {string} preset
 * @property {number} created  in seconds since 1970
 * @property {string} parent  run and step that it was forked from, or empty
 * @property {number} size_bytes
 * @property {boolean} pinned
 * @property {import('../lib/run_states.js').State} state
 * @property {boolean} live  whether it waits, trains or is paused
 * @property {number | null} queue_place  from 1
 * @property {import('../lib/run_states.js').Waiting | null} [waiting]  behind what it waits
 * @property {boolean} [may_control]  whether this visitor may stop, pause or change its training
 * @property {string} message
 * @property {number} step
 * @property {number | null} total_steps
 * @property {number | null} train_loss
 * @property {number | null} val_loss
 * @property {number | null} best_val_loss
 * @property {number | null} tokens_per_s
 * @property {string} [source]  where its first weights come from, or empty
 * @property {boolean} [has_text]  whether there is a text it is trained on
 */

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} title
 * @property {(run: Run, now_s: number) => string} text
 * @property {(run: Run) => string | number | null} by  what it is sorted by
 * @property {boolean} [number]  whether it is aligned to the right
 * @property {boolean} [mostFirst]  whether a first click sorts downwards
 */

/** @typedef {{ key: string, down: boolean }} Sort */

/** @type {Column[]} */
export const COLUMNS = [
  { key: 'name', title: 'Run', text: (run) => run.title, by: (run) => run.title.toLowerCase() },
  { key: 'text', title: 'Text', text: (run) => run.text, by: (run) => run.text.toLowerCase() },
  { key: 'preset', title: 'Size', text: (run) => run.preset || '–', by: (run) => run.preset },
  { key: 'step', title: 'Steps', number: true, mostFirst: true, text: stepText, by: (run) => run.step },
  { key: 'train_loss', title: 'Training, last', number: true, text: (run) => loss(run.train_loss), by: (run) => run.train_loss },
  { key: 'val_loss', title: 'Validation, last', number: true, text: (run) => loss(run.val_loss), by: (run) => run.val_loss },
  { key: 'best', title: 'Validation, best', number: true, text: (run) => loss(run.best_val_loss), by: (run) => run.best_val_loss },
  {
    key: 'perplexity', title: 'Perplexity, best', number: true,
    text: (run) => perplexity(run.best_val_loss), by: (run) => run.best_val_loss,
  },
  {
    key: 'speed', title: 'Tokens/s', number: true, mostFirst: true,
    text: (run) => whole(run.tokens_per_s), by: (run) => run.tokens_per_s,
  },
  { key: 'state', title: 'State', text: stateText, by: (run) => run.state },
  {
    key: 'size', title: 'On disk', number: true, mostFirst: true,
    text: (run) => bytes(run.size_bytes), by: (run) => run.size_bytes,
  },
  {
    key: 'created', title: 'Made', number: true, mostFirst: true,
    text: (run, now_s) => ago(run.created, now_s), by: (run) => run.created,
  },
];

/** @param {Run} run */
function stepText({ step, total_steps }) {
  return total_steps ? `${whole(step)} / ${whole(total_steps)}` : whole(step);
}

/** @param {Run} run */
function stateText({ state, live, queue_place, message, waiting }) {
  if (queue_place) return waitingLabel(queue_place, waiting);
  return (live && message) || stateLabel(state);
}

/**
 * How long ago a moment was, or its date; both in seconds since 1970.
 * @param {number} moment_s
 * @param {number} now_s
 */
export function ago(moment_s, now_s) {
  const seconds = now_s - moment_s;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(moment_s * 1000).toISOString().slice(0, 10);
}

/**
 * The order after a click on a heading: the other way round if the column is the one sorted by.
 * @param {Sort} sort
 * @param {string} key
 * @returns {Sort}
 */
export function sortAfterClick(sort, key) {
  return { key, down: sort.key === key ? !sort.down : Boolean(columnOf(key).mostFirst) };
}

/**
 * The runs in order: pinned ones first, unknown values last, equal ones by name.
 * @param {Run[]} runs
 * @param {Sort} sort
 */
export function sorted(runs, { key, down }) {
  const { by } = columnOf(key);
  const sign = down ? -1 : 1;
  return [...runs].sort((a, b) => {
    if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
    const [x, y] = [by(a), by(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x < y ? -1 : x > y ? 1 : 0) || a.name.localeCompare(b.name);
  });
}

/** @param {string} key */
function columnOf(key) {
  const column = COLUMNS.find((each) => each.key === key);
  if (!column) throw new Error(`There is no column ${key}.`);
  return column;
}
