// The control of one setting: a slider with a number, a number that can be left out, or tokens that are typed.

import { node, setAttributes } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { MOVE_A_CONTROL, isUsable } from '../lib/problem.js';
import { isWithin, placeOf, rounded, sliderRange, tokensText, valueAt } from './settings.js';

/** @typedef {import('../lib/lab_state.js').StageEntry} StageEntry */
/** @typedef {import('./stages.js').Field} Field */
/** @typedef {import('./stage_list.js').Panel} Panel */

/**
 * @typedef {object} SettingRow
 * @property {HTMLElement} item
 * @property {() => void} show  show the value of the entry
 */

/**
 * @param {Panel} panel
 * @param {StageEntry} entry  whose setting is shown and changed
 * @param {Field} field
 * @returns {SettingRow}
 */
export function makeSettingRow(panel, entry, field) {
  const name = `${panel.catalogue.stages[entry.name].label} ${field.label}`;
  if (field.kind === 'ids' || field.kind === 'biases') return makeTokens(panel, entry, field, name);
  return field.kind.endsWith('?') ? makeOptional(panel, entry, field, name) : makeSlider(panel, entry, field, name);
}

/** @param {Panel} panel @param {StageEntry} entry @param {Field} field @param {string} name @returns {SettingRow} */
function makeSlider(panel, entry, field, name) {
  const range = node('input', { type: 'range', 'aria-label': name, title: field.help });
  const box = node('input', { type: 'number', 'aria-label': `${name}, as a number` });

  /** Show the value, except in the control `source` that it comes from. */
  function show(/** @type {HTMLInputElement | null} */ source = null) {
    const value = /** @type {number} */ (entry[field.name]);
    setAttributes(range, sliderRange(field, panel.vocabSize()));
    if (source !== range) range.value = String(placeOf(field, value));
    if (source !== box) box.value = String(value);
    range.setAttribute('aria-valuetext', String(value));
  }

  function set(/** @type {number} */ value, /** @type {HTMLInputElement} */ source) {
    entry[field.name] = value;
    show(source);
    panel.commit();
  }

  setAttributes(box, { min: field.min, max: field.max, step: field.kind === 'int' ? 1 : 'any' });
  range.addEventListener('input', () => set(valueAt(field, range.valueAsNumber), range));
  box.addEventListener('input', () => {
    if (isWithin(field, box.valueAsNumber)) set(rounded(field, box.valueAsNumber), box);
  });
  box.addEventListener('blur', () => show());
  const label = node('span', { text: field.label, 'aria-hidden': 'true' });
  return { item: node('div', { class: 'value' }, label, range, box), show: () => show() };
}

/** @param {Panel} panel @param {StageEntry} entry @param {Field} field @param {string} name @returns {SettingRow} */
function makeOptional(panel, entry, field, name) {
  const { min, max } = field;
  const box = node('input', { type: 'number', min, max, step: 1, placeholder: 'all', 'aria-label': name, title: field.help });
  box.addEventListener('input', () => {
    if (!box.checkValidity()) return;
    entry[field.name] = box.value === '' ? null : box.valueAsNumber;
    panel.commit();
  });
  return {
    item: node('label', { class: 'value text' }, node('span', { text: field.label }), box),
    show() {
      if (document.activeElement !== box) box.value = String(entry[field.name] ?? '');
    },
  };
}

/** @param {Panel} panel @param {StageEntry} entry @param {Field} field @param {string} name @returns {SettingRow} */
function makeTokens(panel, entry, field, name) {
  const hasNumbers = field.kind === 'biases';
  const placeholder = hasNumbers ? 'pizza +5, you -2' : 'pizza, you';
  const box = node('input', { type: 'text', 'aria-label': name, placeholder, spellcheck: 'false', title: field.help });
  const problem = node('small', { class: 'wrong', role: 'alert' });
  box.addEventListener('change', async () => {
    /** @type {import('../lib/host.js').Reply<{ pairs: [number, number][] }>} */
    const answer = await ask(panel.tokens, { state: panel.state(), text: box.value }, MOVE_A_CONTROL);
    if (!isUsable(answer, problem)) return;
    entry[field.name] = hasNumbers ? answer.pairs : answer.pairs.map(([id]) => id);
    panel.commit();
  });
  return {
    item: node('label', { class: 'value text' }, node('span', { text: field.label }), box, problem),
    show() {
      if (document.activeElement === box) return;
      const { source, words } = panel.state();
      const tokens = /** @type {(number | [number, number])[]} */ (entry[field.name]);
      box.value = tokensText(tokens, source === 'toy' ? words.map(([word]) => word) : []);
    },
  };
}
