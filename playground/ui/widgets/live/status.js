// What a run is and what it is doing, in words. No DOM here.

import { short, time, whole } from '../lib/format.js';
import { stateLabel, waitingLabel } from '../lib/run_states.js';

/** @typedef {import('../lib/run_states.js').State} State */
/** @typedef {import('./record.js').Session} Session */

/**
 * @typedef {object} Status
 * @property {State} state
 * @property {boolean} live  whether the run waits, trains or is paused
 * @property {string} message  of a run that ended: why; of one that has just started: what it is busy with
 * @property {number | null} queue_place  from 1
 * @property {import('../lib/run_states.js').Waiting | null} [waiting]  behind what it waits
 * @property {boolean} [may_control]  whether this visitor may stop, pause or change the training
 * @property {boolean} [has_text]  false for weights from elsewhere, which have no text to be trained on
 * @property {number} step
 * @property {number | null} total_steps
 * @property {number} tokens_seen
 * @property {number} elapsed_s
 * @property {number | null} best_val_loss
 */

/**
 * @typedef {object} About
 * @property {string} [title]  what the run is called
 * @property {string} preset
 * @property {string} text_name
 * @property {number} epochs
 * @property {string} start_context
 * @property {number} [vocab_size]
 * @property {number} lr
 * @property {boolean} is_scheduled  whether the learning rate follows a schedule
 */

/** What a run is doing now. @param {Status} status */
export function stateText({ state, live, message, queue_place, waiting }) {
  if (state === 'queued') return queue_place ? waitingLabel(queue_place, waiting) : 'Starting';
  return (live && message) || stateLabel(state);
}

/** Why a run is not active, or not this visitor's to change; '' where there is nothing to say. @param {Status} status */
export function endText({ live, message, may_control = true, has_text = true }) {
  if (!has_text) return `${message} On the Runs tab it can be trained on a text of yours.`;
  if (!live) return message;
  return may_control ? '' : 'Another visitor started this training: you can watch it, not stop or change it.';
}

/**
 * What the first button does.
 * @param {State} state
 * @returns {{ action: 'pause' | 'resume' | 'extend', label: string, title: string }}
 */
export function mainAction(state) {
  if (state === 'running' || state === 'queued') return { action: 'pause', label: 'Pause', title: '' };
  if (state !== 'completed') return { action: 'resume', label: 'Resume', title: '' };
  return { action: 'extend', label: '+1 epoch', title: 'Train one epoch more, from where it ended' };
}

/** Device, precision, processes where there are several, and threads of each. @param {Session} session */
export function machineParts({ device, precision, processes, threads }) {
  const parts = [device, precision, processes > 1 ? `${processes} processes` : '', threads === 1 ? '1 thread' : `${threads} threads`];
  return parts.filter(Boolean);
}

/** The line below the name of a run. @param {About | null} about @param {Session | null} session */
export function aboutText(about, session) {
  const parts = [about?.preset, about?.text_name, about?.vocab_size ? `vocabulary ${whole(about.vocab_size)}` : ''];
  if (session) parts.push(`${short(session.n_parameters)} parameters`, ...machineParts(session));
  return parts.filter(Boolean).join(' · ');
}

/** What a text is called in a sentence, by its name. @type {Record<string, string>} */
const TEXTS = { story: 'one short story', stdlib: 'a part of Python’s library', verdict: 'The Verdict', pasted: 'a pasted text' };

/**
 * How often the model has read its text, in a sentence; '' before the first step.
 * @param {About | null} about
 * @param {Session | null} session
 * @param {Status} status
 */
export function readingText(about, session, { step, live }) {
  if (!about || !session || !step) return '';
  const text = TEXTS[about.text_name] ?? `“${about.text_name}”`;
  const epochs = step / session.steps_per_epoch;
  const times = epochs === 1 ? 'once' : `${epochs < 10 ? +epochs.toFixed(1) : whole(Math.floor(epochs))} times`;
  return live ? `This model has read ${text} ${times} so far.` : `This model has read ${text} ${times}. Drag to watch it learn.`;
}

/** What the button that leads to an own training says, by how long the shown one took. @param {Status | null} status */
export const trainLabel = (status) => `Train it yourself${status?.elapsed_s ? ` (${time(status.elapsed_s)})` : ''}`;
