// One exercise card: a form for the prediction, the result beside it, and buttons that set the panel.

import { fillTable, node, setText } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { MOVE_A_CONTROL, isUsable } from '../lib/problem.js';
import { compareChoices, endsInProse, isComplete, withPredictions } from './predictions.js';

/** @typedef {import('./predictions.js').Card} Card */
/** @typedef {import('./predictions.js').Table} Table */

/**
 * @param {Card} card
 * @param {import('../lib/host.js').ServerFunction} exercise
 * @param {(setUp: Card['set_ups'][number]) => void} setPanel
 */
export function makeCard(card, exercise, setPanel) {
  const id = `card-${card.number}-${Math.random().toString(36).slice(2)}`; // unique on the page
  const { form, predicted } = makeForm(card.predict, id);
  const hint = node('p', { class: 'hint', role: 'status' });
  const result = node('div', { class: 'result', hidden: true });
  const setUps = node('div', { class: 'buttons ups', hidden: true }, // they would show the answer, so the guess comes first
    node('span', { text: 'Set the panel:' }),
    ...card.set_ups.map((setUp) => node('button', { type: 'button', text: setUp.label, onclick: () => setPanel(setUp) })));

  async function look() {
    const said = predicted();
    setText(hint, isComplete(said) ? '' : 'Predict first: a guess is enough.');
    if (!isComplete(said)) return;
    /** @type {import('../lib/host.js').Reply<Table>} */
    const answer = await ask(exercise, { number: card.number }, MOVE_A_CONTROL);
    const usable = isUsable(answer, hint);
    hint.hidden = false; // for the next hint
    if (!usable) return;
    result.replaceChildren(...resultNodes(card, answer, said), node('p', { class: 'why', text: card.why }));
    result.hidden = false;
    setUps.hidden = false;
  }

  return node('article', { 'aria-labelledby': id },
    node('h4', { id }, node('span', { class: 'number', text: card.number }), ` ${card.title}`),
    node('p', { class: 'question', text: card.question }), form,
    node('div', { class: 'buttons' }, node('button', { type: 'button', class: 'look', text: 'Check', onclick: look })),
    hint, result, setUps);
}

/**
 * The form of a prediction, and a function that reads it: one text for each label, empty where nothing was entered.
 * @param {Card['predict']} asked
 * @param {string} id
 * @returns {{ form: HTMLElement, predicted: () => string[] }}
 */
function makeForm(asked, id) {
  const { labels } = asked;
  if (asked.kind === 'numbers') {
    const boxes = labels.map((label) =>
      node('input', { type: 'number', min: 0, max: asked.max, 'aria-label': `${label}: ${asked.unit}` }));
    const rows = labels.map((label, i) => node('label', {}, `${label} `, boxes[i]));
    return {
      form: node('div', { class: 'form' }, ...rows, node('span', { class: 'unit', text: asked.unit })),
      predicted: () => boxes.map((box) => box.value),
    };
  }
  const groups = labels.map((_, i) =>
    asked.options.map((value) => node('input', { type: 'radio', name: `${id}-${i}`, value })));
  const rows = labels.map((label, i) => node('fieldset', {}, node('legend', { text: label }),
    ...groups[i].map((radio) => node('label', {}, radio, ` ${radio.value}`))));
  return {
    form: node('div', { class: 'form choices' }, ...rows),
    predicted: () => groups.map((group) => group.find((radio) => radio.checked)?.value ?? ''),
  };
}

/**
 * @param {Card} card
 * @param {Table} result
 * @param {string[]} said
 */
function resultNodes({ predict }, result, said) {
  if (predict.kind === 'numbers') return [makeTable(withPredictions(result, said))];
  const compared = compareChoices(predict, said);
  const table = makeTable(result);
  for (const cell of table.querySelectorAll('tr > :last-child')) cell.classList.toggle('prose', endsInProse(result));
  return [node('p', { text: compared.verdict }), makeTable(compared), table];
}

/** @param {Table} table */
function makeTable({ head, rows }) {
  const table = node('table');
  fillTable(table, head, rows);
  return table;
}
