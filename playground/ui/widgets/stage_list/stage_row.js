// One stage of the list: grip, switch, name, buttons, and its settings.

import { node } from '../lib/dom.js';
import { makeSettingRow } from './setting_row.js';
import { gripLabel, placeAfterKey } from './stages.js';

/** @typedef {import('../lib/lab_state.js').StageEntry} StageEntry */

/**
 * @typedef {object} StageRow
 * @property {HTMLLIElement} item
 * @property {() => void} show  show the switch and the settings of the entry
 */

/**
 * @typedef {object} Actions
 * @property {(to: number, focus: string) => void} move  move the stage; then the control `focus` of its row has the focus
 * @property {() => void} remove
 */

/**
 * @param {import('./stage_list.js').Panel} panel
 * @param {StageEntry} entry
 * @param {number} i  its place
 * @param {number} count  of stages
 * @param {Actions} actions
 * @returns {StageRow}
 */
export function makeStageRow(panel, entry, i, count, { move, remove }) {
  const { label, help, about, fields } = panel.catalogue.stages[entry.name];
  const settings = fields.map((field) => makeSettingRow(panel, entry, field));
  const grip = node('button', { type: 'button', class: 'grip', 'aria-label': gripLabel(label, i, count), text: '⠿' });
  const on = node('input', { type: 'checkbox', 'aria-label': `use ${label}` });
  const item = node('li', { class: 'stage' },
    node('div', { class: 'title' }, grip, on, node('span', { class: 'name', text: label }),
      makeButton('mini up', '↑', `move ${label} up`, () => move(i - 1, '.up'), i === 0),
      makeButton('mini down', '↓', `move ${label} down`, () => move(i + 1, '.down'), i === count - 1),
      makeButton('mini', '×', `take ${label} out`, remove)),
    node('div', { class: 'values' }, node('p', { class: 'help', text: help, title: about }), ...settings.map((row) => row.item)));

  function showSwitch() {
    on.checked = entry.on;
    item.classList.toggle('off', !entry.on);
  }

  function show() {
    showSwitch();
    for (const row of settings) row.show();
  }

  on.addEventListener('change', () => {
    entry.on = on.checked;
    showSwitch();
    panel.commit();
  });
  grip.addEventListener('keydown', (event) => {
    const to = placeAfterKey(event.key, i, count);
    if (to === undefined) return;
    event.preventDefault();
    move(to, '.grip');
  });
  show();
  return { item, show };
}

/** @param {string} kind @param {string} text @param {string} label @param {() => void} onclick @param {boolean} [disabled] */
const makeButton = (kind, text, label, onclick, disabled = false) =>
  node('button', { type: 'button', class: kind, 'aria-label': label, title: label, disabled, text, onclick });
