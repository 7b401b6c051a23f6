// News of a run as the server sends them, for tests of the live view.

/** @typedef {import('/widgets/live/live.js').News} News */
/** @typedef {import('/widgets/live/record.js').Session} Session */
/** @typedef {import('/widgets/live/status.js').Status} Status */

/** @type {import('/widgets/live/record.js').Thinning} */
export const SERIES = { step: 'last', epoch: 'last', loss: 'mean', lr: 'last', grad_norm: 'mean', tokens_per_s: 'mean' };

/** @type {Session} */
export const SESSION = {
  total_steps: 40, steps_per_epoch: 10, tokens_per_step: 64, n_parameters: 123456,
  device: 'cpu', precision: 'float32', threads: 2, processes: 1, flop_per_token: 1e6, peak_flop_per_s: 1e9,
};

/** @param {Partial<Status>} [changes] @returns {Status} */
export const statusOf = (changes) => ({
  state: 'running', live: true, message: '', queue_place: null, step: 4, total_steps: 40, tokens_seen: 256, elapsed_s: 2,
  best_val_loss: null, ...changes,
});

/** Columns of the first `n` steps: the loss falls from 5 by 0.1 a step. @param {number} n @param {number} [from] */
export function stepsOf(n, from = 1) {
  const step = Array.from({ length: n }, (_, i) => from + i);
  return {
    step,
    epoch: step.map((at) => at / 10),
    loss: step.map((at) => 5 - at / 10),
    lr: step.map(() => 0.001),
    grad_norm: step.map(() => 1.5),
    tokens_per_s: step.map(() => 500),
  };
}

/** @param {number} step @param {number} train_loss @param {number | null} val_loss @param {[string, number][]} [probe] */
export const evaluated = (step, train_loss, val_loss, probe = []) => ({ step, epoch: step / 10, train_loss, val_loss, probe });

/** @param {Partial<News>} [changes] @returns {News} */
export const newsOf = (changes) => ({
  offset: 100,
  more: false,
  status: statusOf(),
  about: {
    preset: 'nano', text_name: 'river', epochs: 4, start_context: 'Every effort', lr: 0.001, is_scheduled: false,
  },
  cut: null,
  sitting: SESSION,
  lr: null,
  steps: stepsOf(4),
  evals: [evaluated(1, 4.9, 4.8, [[' moves', 0.25], ['\n', 0.125]])],
  samples: [],
  notes: [],
  ...changes,
});

/** The template of the live view, in an empty page. */
export async function liveTemplate() {
  const element = document.createElement('div');
  element.innerHTML = await (await fetch('/widgets/live/live.html')).text();
  document.body.replaceChildren(element);
  const view = /** @type {HTMLElement} */ (element.querySelector('.lv'));
  /** @type {HTMLElement} */ (view.querySelector('.lv-full')).hidden = false;
  return view;
}

/** The reader of this page wants motion; the pages of unit tests are set to reduced motion. */
export function allowMotion() {
  globalThis.matchMedia = /** @type {typeof matchMedia} */ (/** @type {unknown} */ (() => ({ matches: false })));
}
