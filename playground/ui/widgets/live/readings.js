// The numbers beside the curves, as texts: those of the tiles and those of the eight parts of the loop. No DOM here.

import { epochs, isNumber, loss, perplexity, rate, short, time, whole } from '../lib/format.js';
import { machineParts } from './status.js';

/** @typedef {import('./record.js').RunRecord} RunRecord */
/** @typedef {import('./record.js').Session} Session */
/** @typedef {import('./status.js').Status} Status */

const NOTHING = ' '; // keeps the line's height

/** How many steps are done, and of how many. @param {RunRecord} record @param {Status} status */
export function progress({ steps, session }, status) {
  const done = steps.step.at(-1) ?? status.step ?? 0;
  const total = session?.total_steps ?? status.total_steps;
  return { done, total, share: total ? done / total : 0 };
}

/**
 * The texts of the tiles, by the name of their place in the template.
 * @param {RunRecord} record
 * @param {Status} status
 * @returns {Record<string, string>}
 */
export function tileTexts(record, status) {
  const { steps, evals, session } = record;
  const { done, total } = progress(record, status);
  const row = evals.at(-1);
  const valLoss = row?.val_loss;
  const choices = isNumber(valLoss) ? Math.exp(valLoss) : null;
  const best = status.best_val_loss == null ? '' : `, best ${perplexity(status.best_val_loss)}`;
  const speed = steps.tokens_per_s.at(-1);
  const left_s = status.live && done && total ? (status.elapsed_s / Math.max(1, status.step)) * (total - done) : null;
  return {
    train: loss(row?.train_loss ?? steps.loss.at(-1)),
    'train-sub': total ? `step ${whole(done)} of ${whole(total)}` : NOTHING,
    val: loss(valLoss),
    'val-sub': status.best_val_loss != null ? `best ${loss(status.best_val_loss)}` : NOTHING,
    perplexity: perplexity(valLoss),
    'perplexity-sub': choices === null ? NOTHING
      : `at the last evaluation${best}: as unsure as choosing among ${whole(Math.max(1, choices))} ${choices < 1.5 ? 'token' : 'tokens'}`,
    speed: whole(speed),
    'speed-sub': peakText(speed, session),
    left: status.state === 'completed' ? 'Done' : time(left_s),
    'left-sub': status.elapsed_s ? `${time(status.elapsed_s)} and ${short(status.tokens_seen)} tokens so far` : NOTHING,
  };
}

/**
 * Which part of the machine's measured peak a training uses. It is not known for old logs, nor where training is faster
 * than the peak: then other programs used the machine while the peak was measured.
 * @param {number | undefined} tokens_per_s
 * @param {Session | null} session
 */
function peakText(tokens_per_s, session) {
  if (!session?.peak_flop_per_s || !tokens_per_s) return NOTHING;
  const share_pct = Math.round((100 * tokens_per_s * (session.flop_per_token ?? 0)) / session.peak_flop_per_s);
  return share_pct <= 100 ? `${share_pct} % of this machine's peak` : NOTHING;
}

/** What the speed is compared with; empty where that was not measured. @param {Session | null} session */
export function peakHelp(session) {
  if (!session?.peak_flop_per_s) return '';
  return `Training takes ${short(session.flop_per_token)} floating-point operations a token. The peak, `
    + `${whole(session.peak_flop_per_s / 1e9)} billion a second, is the fastest matrix product measured at the start on the `
    + `same ${machineParts(session).join(', ')}. Small matrices and all that is not a matrix product keep a training below it.`;
}

/** The parts of the training loop, in their order. @typedef {'epoch' | 'batch' | 'zero' | 'loss' | 'backward' | 'update' | 'report' | 'sample'} LoopPart */

/**
 * What the parts of the training loop last came to.
 * @param {RunRecord} record
 * @param {number | undefined} plannedEpochs
 * @returns {Record<LoopPart, string>}
 */
export function loopTexts({ steps, evals, samples, session }, plannedEpochs) {
  const step = steps.step.at(-1) ?? 0;
  const epoch = steps.epoch.at(-1);
  const norm = steps.grad_norm.at(-1);
  const perEpoch = session?.steps_per_epoch;
  const evaluated = evals.at(-1);
  const sampled = samples.at(-1);
  return {
    epoch: epoch == null ? '–' : `${Math.max(1, Math.ceil(epoch - 1e-9))} of ${whole(plannedEpochs)}`,
    batch: perEpoch ? `${step ? ((step - 1) % perEpoch) + 1 : 0} of ${whole(perEpoch)}` : '–',
    zero: step ? '0' : '–',
    loss: loss(steps.loss.at(-1)),
    backward: isNumber(norm) ? `norm ${norm.toFixed(2)}` : '–',
    update: steps.lr.length ? `lr ${rate(steps.lr.at(-1))}` : '–',
    report: evaluated ? `at step ${whole(evaluated.step)}` : '–',
    sample: sampled ? `after epoch ${epochs(sampled.epoch)}` : '–',
  };
}
