// The choice of a trained model: run, step, how many tokens are shown, and a token to find.

import { node, part } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { stepChoices, stepOf } from './checkpoints.js';

/** @typedef {{ name: string, steps: number[] }} Run */

const REST_MS = 350;

/**
 * Let the model of the state be chosen in the fields of `root`.
 * @param {HTMLElement} root
 * @param {import('./source.js').Lab} lab
 * @param {{ runs: import('../lib/host.js').ServerFunction, tops: number[], listId: string }} settings
 * @returns {{ show: () => void, askRuns: () => Promise<void> }}  show the state, or ask which runs there are
 */
export function makeModelForm(root, lab, { runs, tops, listId }) {
  const run = part(root, '.run', HTMLInputElement);
  const step = part(root, '.step', HTMLSelectElement);
  const top = part(root, '.top', HTMLSelectElement);
  const find = part(root, '.find', HTMLInputElement);
  const names = node('datalist', { id: listId });
  /** @type {Run[]} */
  let known = [];

  run.setAttribute('list', listId);
  root.append(names);
  top.append(...tops.map((count) => node('option', { value: count, text: `top ${count}` })));

  function showSteps() {
    const { run: name, step: chosen } = lab.state();
    const steps = known.find((one) => one.name === name)?.steps ?? [];
    step.replaceChildren(...stepChoices(steps, chosen).map(({ value, label }) => node('option', { value, text: label })));
    step.value = String(chosen);
  }

  async function askRuns() {
    /** @type {import('../lib/host.js').Reply<{ runs: Run[] }>} */
    const answer = await ask(runs);
    known = answer.error === undefined ? answer.runs : [];
    names.replaceChildren(...known.map(({ name }) => node('option', { value: name })));
    const { source, run: chosen } = lab.state();
    part(root, '.none').hidden = known.length > 0 || chosen !== '';
    if (source === 'model' && !chosen && known.length) {
      run.value = known[0].name;
      lab.change({ run: known[0].name, step: 'last' });
    }
    showSteps();
  }

  function show() {
    const state = lab.state();
    if (document.activeElement !== run) run.value = state.run;
    if (document.activeElement !== find) find.value = state.find;
    if (document.activeElement !== top) top.value = String(state.top);
    showSteps();
  }

  run.addEventListener('change', () => {
    lab.change({ run: run.value.trim(), step: 'last' });
    showSteps();
  });
  run.addEventListener('focus', askRuns);
  step.addEventListener('change', () => lab.change({ step: stepOf(step.value) }));
  top.addEventListener('change', () => lab.change({ top: Number(top.value) }));
  whenTyped(find, () => lab.change({ find: find.value }));
  return { show, askRuns };
}

/**
 * Call `act` once typing into `input` has rested, since a model is asked then.
 * @param {HTMLElement} input
 * @param {() => void} act
 */
export function whenTyped(input, act) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(act, REST_MS);
  });
}
