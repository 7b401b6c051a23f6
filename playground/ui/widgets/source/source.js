// Where the logits come from: words with logits, or a run, a step and a prompt.

import { part, parts } from '../lib/dom.js';
import { firstState, readState, writeState } from '../lib/lab_state.js';
import { goTo, onPlace, readPlace } from '../lib/place.js';
import { makeModelForm, whenTyped } from './model_form.js';
import { stepOf } from './checkpoints.js';
import { makeWordTable } from './word_table.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */

/** @typedef {import('./word_table.js').Limits & { tops: number[] }} Constants */

/**
 * The state, and how a part of the form changes it.
 * @typedef {object} Lab
 * @property {() => LabState} state
 * @property {(changes: Partial<LabState>) => void} change
 */

/** @param {import('../lib/host.js').Host<Constants>} host */
export function mount(host) {
  const { element, props, watch, constants } = host;
  const root = part(element, '.source');
  const details = part(root, 'details', HTMLDetailsElement);
  const prompt = part(root, 'textarea', HTMLTextAreaElement);
  const radios = parts(root, 'input[type="radio"]', HTMLInputElement);
  const id = `source-${Math.random().toString(36).slice(2)}`; // unique on the page
  let state = firstState(props);

  /** @type {Lab} */
  const lab = {
    state: () => state,
    change(changes) {
      state = { ...state, ...changes };
      writeState(host, state);
    },
  };
  const wordTable = makeWordTable(root, lab, constants);
  const modelForm = makeModelForm(root, lab, { tops: constants.tops });

  function showSource() {
    const { source } = state;
    for (const radio of radios) radio.checked = radio.value === source;
    part(root, '.toy').hidden = source !== 'toy';
    part(root, '.model').hidden = source !== 'model';
    part(root, '.prompt').hidden = source === 'toy' && !details.open; // words: only penalties depend on the prompt
  }

  function show() {
    if (document.activeElement !== prompt) prompt.value = state.prompt;
    showSource();
    modelForm.show();
  }

  function read() {
    const next = readState(props);
    if (!next) return;
    const old = state;
    state = next;
    if (JSON.stringify(next.words) !== JSON.stringify(old.words)) {
      if (root.contains(document.activeElement)) wordTable.showSummary(); // words are being edited in the table
      else wordTable.show();
    }
    show();
    takePlace();
  }

  /** A model is that of the page's current run and step, and continues its current prompt. */
  function takePlace() {
    const { run, step: which, prompt: text } = readPlace();
    if (state.source !== 'model' || !run) return;
    const step = stepOf(which);
    if (run === state.run && step === state.step && text === state.prompt) return;
    lab.change({ run, step, prompt: text });
    show();
  }

  for (const radio of radios) {
    radio.name = id;
    radio.addEventListener('change', () => {
      lab.change({ source: radio.value === 'model' ? 'model' : 'toy' });
      showSource();
      takePlace();
    });
  }
  details.addEventListener('toggle', showSource);
  whenTyped(prompt, () => {
    lab.change({ prompt: prompt.value });
    if (state.source === 'model') goTo({ prompt: prompt.value }, { replace: true });
  });
  watch('value', read);
  wordTable.show();
  show();
  takePlace();
  onPlace(element, takePlace);
}
