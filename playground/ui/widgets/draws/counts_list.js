// The list of counts: for each token a bar of the count, one of the expected count, and the band.

import { node, setText } from '../lib/dom.js';
import { countRows } from './counts.js';

/**
 * Draw counts into `list`, reusing its rows.
 * @param {HTMLElement} list
 * @returns {(draws: import('./counts.js').Draws) => void}
 */
export function makeCountsList(list) {
  /** @type {ReturnType<typeof makeRow>[]} */
  const rows = [];
  return (draws) => {
    const shown = countRows(draws);
    while (rows.length > shown.length) rows.pop()?.item.remove();
    while (rows.length < shown.length) {
      const row = makeRow();
      rows.push(row);
      list.append(row.item);
    }
    for (const [i, row] of shown.entries()) showRow(rows[i], row);
  };
}

function makeRow() {
  const word = node('span', { class: 'word' });
  const due = node('i', { class: 'due' });
  const drawn = node('i', { class: 'drawn' });
  const band = node('i', { class: 'band' });
  const count = node('span', { class: 'num strong' });
  const expected = node('span', { class: 'num' });
  const track = node('span', { class: 'track', 'aria-hidden': 'true' }, due, drawn, band);
  return { item: node('li', {}, word, track, count, expected), word, due, drawn, band, count, expected };
}

/**
 * @param {ReturnType<typeof makeRow>} nodes
 * @param {import('./counts.js').CountRow} row
 */
function showRow(nodes, row) {
  setText(nodes.word, row.label);
  nodes.due.style.width = `${row.expectedAt}%`;
  nodes.drawn.style.width = `${row.countAt}%`;
  nodes.band.style.left = `${row.lowAt}%`;
  nodes.band.style.width = `${row.bandWidth}%`;
  nodes.item.classList.toggle('outside', row.isOutside);
  nodes.item.classList.toggle('followed', row.isFollowed);
  nodes.item.classList.toggle('never', row.isImpossible);
  setText(nodes.count, row.count);
  setText(nodes.expected, row.expected);
}
