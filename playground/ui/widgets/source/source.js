// The sentence that is continued, and where the logits come from: words with logits, or the page's current model.

import { PromptViews } from '../inside/prompt_views.js';
import { part, parts, setText } from '../lib/dom.js';
import { firstState, readState, writeState } from '../lib/lab_state.js';
import { goTo, onPlace, readPlace } from '../lib/place.js';
import { makeModelForm, whenTyped } from './model_form.js';
import { stepOf } from './checkpoints.js';
import { originText, sentenceOf } from './sentence.js';
import { makeWordTable } from './word_table.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */

/**
 * `prompt` is the chapter's.
 * @typedef {import('./word_table.js').Limits & { tops: number[], prompt: string }} Constants
 */

/**
 * The state, and how a part of the form changes it.
 * @typedef {object} Lab
 * @property {() => LabState} state
 * @property {(changes: Partial<LabState>) => void} change
 */

/** @param {import('../lib/host.js').Host<Constants>} host */
export function mount(host) {
  const { element, props, server, watch, constants } = host;
  const root = part(element, '.source');
  const details = part(root, 'details', HTMLDetailsElement);
  const prompt = part(root, 'textarea', HTMLTextAreaElement);
  const radios = parts(root, 'input[type="radio"]', HTMLInputElement);
  const id = `source-${Math.random().toString(36).slice(2)}`; // unique on the page
  let state = firstState(props);
  let promptOfWords = state.source === 'toy' ? state.prompt : constants.prompt; // a model continues the page's prompt

  /** @type {Lab} */
  const lab = {
    state: () => state,
    change(changes) {
      state = { ...state, ...changes };
      writeState(host, state);
    },
  };
  const wordTable = makeWordTable(root, lab, constants);
  const inside = new PromptViews(part(root, '.why'), server);
  const modelForm = makeModelForm(root, lab, { tops: constants.tops });

  function show() {
    const { source } = state;
    setText(part(root, '.sentence .text'), sentenceOf(state));
    setText(part(root, '.origin'), originText(state, constants));
    setText(part(root, 'summary'), source === 'toy' ? 'Edit words and logits' : 'Edit prompt, find a token');
    for (const radio of radios) radio.checked = radio.value === source;
    part(root, '.toy').hidden = source !== 'toy';
    part(root, '.model').hidden = source !== 'model';
    part(root, '.none').hidden = source !== 'model' || state.run !== '';
    if (document.activeElement !== prompt) prompt.value = state.prompt;
    modelForm.show();
    inside.show(source === 'model' && state.run ? { run: state.run, step: String(state.step), text: state.prompt } : null);
  }

  function read() {
    const next = readState(props);
    if (!next) return;
    const old = state;
    state = next;
    if (next.source === 'toy') promptOfWords = next.prompt;
    if (JSON.stringify(next.words) !== JSON.stringify(old.words)) {
      if (root.contains(document.activeElement)) wordTable.showName(); // words are being edited in the table
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
      lab.change(radio.value === 'model' ? { source: 'model' } : { source: 'toy', prompt: promptOfWords });
      show();
      takePlace();
    });
  }
  part(root, '.sentence .text').addEventListener('click', () => {
    details.open = true;
    prompt.focus();
  });
  whenTyped(prompt, () => {
    lab.change({ prompt: prompt.value });
    if (state.source === 'toy') promptOfWords = prompt.value;
    else if (prompt.value) goTo({ prompt: prompt.value }, { replace: true }); // the page's prompt is never empty
    show();
  });
  watch('value', read);
  wordTable.show();
  show();
  takePlace();
  onPlace(element, takePlace);
}
