// Runs, curves and details as the server sends them, for tests of the Runs tab.

/** @typedef {import('/widgets/runs_view/columns.js').Run} Run */

/** @type {import('/widgets/runs_view/runs_view.js').Constants} */
export const CONSTANTS = {
  curves: [
    { name: 'val', label: 'Validation', has_best: true },
    { name: 'loss', label: 'Every step', has_best: false },
  ],
  axes: [
    { name: 'steps', label: 'Steps', title: 'Steps', is_whole: true },
    { name: 'seconds', label: 'Time', title: 'Seconds of training', is_whole: false },
  ],
  max_compared: 2,
  max_known: 2,
};

/** @param {string} name @param {Partial<Run>} [changes] @returns {Run} */
export const runOf = (name, changes) => ({
  name, title: name, text: 'river', preset: 'nano', created: 1000, parent: '', size_bytes: 2e6, pinned: false, state: 'completed', live: false,
  queue_place: null, message: '', step: 20, total_steps: 20, train_loss: 2, val_loss: 3, best_val_loss: 2.5, tokens_per_s: 900,
  ...changes,
});

/** @param {string[]} runs @param {string} [over] @returns {import('/widgets/runs_view/compared_curves.js').Answer} */
export const curvesOf = (runs, over = 'steps') => ({
  over,
  runs,
  titles: runs,
  verdict: runs.length === 2 ? `With lr 0.002 instead of 0.001: slower, and no better.` : '',
  curves: runs.map((_, i) => ({
    val: { x: [1, 10, 20], y: [5, 3 - i, 4] },
    loss: { x: [1, 2, 20], y: [6, 4, 2] },
  })),
  differences: runs.length > 1 ? [{ setting: 'lr', values: runs.map((_, i) => `0.00${i + 1}`) }] : [],
});

/** @param {string} run @param {number} [step] @returns {import('/widgets/runs_view/fork.js').Detail} */
export const detailOf = (run, step = 20) => ({
  run,
  step,
  checkpoints: [{ step: 10, best: true, last: false }, { step: 1020, best: false, last: true }],
  settings: { lr: step / 1000, epochs: 3, weight_decay: 0.1, lr_schedule: 'cosine', drop_rate: 0 },
  what_if: [
    { name: 'lr', label: 'Learning rate', help: 'The highest.', value: 0.004, suggested: 0.001, choices: null, is_whole: false, from_step: true },
    { name: 'preset', label: 'Size', help: '', value: 'mini', suggested: 'nano', choices: [['nano', 'Nano'], ['mini', 'Mini'], ['small', 'Small']], is_whole: false, from_step: false },
    { name: 'grad_clip', label: 'Clip gradients at', help: '', value: 1, suggested: null, choices: null, is_whole: false, from_step: true },
  ],
});

/** The template of the Runs tab, in an empty page. */
export async function runsTemplate() {
  const element = document.createElement('div');
  element.innerHTML = await (await fetch('/widgets/runs_view/runs_view.html')).text();
  document.body.replaceChildren(element);
  return /** @type {HTMLElement} */ (element.querySelector('.rv'));
}
