// Draws tokens, windows with their targets, batches, and the bar of a text.

import { node, setText } from '../lib/dom.js';
import { visible, whole } from '../lib/format.js';
import { columnsFor, segments, splitRows } from './answer.js';

/** @typedef {import('./answer.js').Token} Token */
/** @typedef {import('./answer.js').Answer} Answer */
/** @typedef {import('./answer.js').Batch} Batch */

const MAX_ROWS = 8;

/** @param {Token} token */
const tokenNodes = ([text, id]) => [
  node('span', { class: 'tv-token', text: visible(text), title: visible(text) }),
  node('span', { class: 'tv-id', text: String(id) }),
];

/** @param {Element} list @param {Token[]} tokens */
export function drawTokens(list, tokens) {
  list.replaceChildren(...tokens.map((token) => node('li', {}, ...tokenNodes(token))));
}

/**
 * Inputs, each with its target below; the first `most`.
 * @param {Element} list @param {Token[]} inputs @param {Token[]} targets @param {number} most
 */
export function drawPairs(list, inputs, targets, most) {
  list.replaceChildren(...inputs.slice(0, most).map((input, i) => node('li', {},
    node('span', { class: 'tv-input' }, ...tokenNodes(input)),
    node('span', { class: 'tv-target' }, ...tokenNodes(targets[i])),
  )));
}

/** @param {Element} bar @param {Element} list @param {Answer['split']} split */
export function drawSplit(bar, list, split) {
  bar.replaceChildren(...segments(split).map(({ kind, tokens }) =>
    node('i', { class: `tv-${kind}`, style: `flex-grow:${tokens}` })));
  list.replaceChildren(...splitRows(split).map(({ kind, name, text }) =>
    node('li', { class: `tv-${kind}` }, node('b', { text: name }), ` ${text}`)));
}

/**
 * A batch as a matrix of ids, as wide as there is room.
 * @param {HTMLTableElement} table @param {Batch} batch @param {number} width_px @param {(window: number) => void} pick
 */
export function drawMatrix(table, batch, width_px, pick) {
  const [rows, columns] = batch.shape;
  const shown = columnsFor(width_px, batch.ids[0]?.length ?? 0, columns);
  const left = columns - shown;
  const lines = batch.windows.slice(0, MAX_ROWS).map((window, i) => node('tr', {},
    node('th', { scope: 'row' }, node('button', {
      type: 'button', class: 'tv-pick', text: `Window ${whole(window)}`, onclick: () => pick(window),
    })),
    ...batch.ids[i].slice(0, shown).map((id) => node('td', { text: String(id) })),
    ...(left > 0 ? [node('td', { class: 'tv-more', text: `… ${whole(left)} more` })] : []),
  ));
  const hidden = rows - lines.length;
  if (hidden > 0) {
    const text = `… ${whole(hidden)} more windows`;
    lines.push(node('tr', {}, node('td', { class: 'tv-more', colspan: shown + 1 + (left > 0 ? 1 : 0), text })));
  }
  table.replaceChildren(node('tbody', {}, ...lines));
}

/** @param {HTMLElement} target @param {string} text */
export function showIf(target, text) {
  setText(target, text);
  target.hidden = !text;
}
