// The candidates before and after the stages: one row for each token with two bars and two numbers, the tail, the sum.

import { node, setText } from '../lib/dom.js';
import { share } from '../lib/format.js';
import { axisMarks, barLength, barRows } from './bar_scale.js';

/** @typedef {ReturnType<typeof makeRow>} RowNodes */

/**
 * Put empty bars into `host`; the result draws a picture there and reuses the nodes.
 * @param {HTMLElement} host
 * @returns {(picture: import('./picture.js').Picture, log: boolean) => void}
 */
export function makeBars(host) {
  const list = node('ol', { class: 'bars', 'aria-label': 'Probabilities before and after the stages' });
  const axis = node('div', { class: 'axis', 'aria-hidden': 'true' });
  const head = node('div', { class: 'row head', 'aria-hidden': 'true' },
    node('span', { class: 'word', text: '' }), node('span'),
    node('span', { class: 'num', text: 'before' }), node('span', { class: 'num', text: 'after' }));
  host.append(head, list, node('div', { class: 'row foot' }, node('span'), axis));
  /** @type {RowNodes[]} */
  const rows = [];

  return (picture, log) => {
    const shown = barRows(picture);
    while (rows.length > shown.length) rows.pop()?.item.remove();
    while (rows.length < shown.length) {
      const row = makeRow();
      rows.push(row);
      list.append(row.item);
    }
    for (const [i, row] of shown.entries()) showRow(rows[i], row, (p) => barLength(p, picture.scale, log));
    const marks = axisMarks(picture.scale, log);
    host.style.setProperty('--spaces', String(marks.length - 1));
    host.classList.toggle('wide-words', picture.kind !== 'toy');
    axis.replaceChildren(...marks.map(({ at, text }) => node('span', { style: `left:${at}%`, text })));
  };
}

function makeRow() {
  const word = node('span', { class: 'word' });
  const before = node('i', { class: 'before' });
  const after = node('i', { class: 'after' });
  const why = node('em', { class: 'why' });
  const first = node('span', { class: 'num' });
  const second = node('span', { class: 'num strong' });
  const item = node('li', {}, word, node('span', { class: 'track' }, before, after, why), first, second);
  return { item, word, before, after, why, first, second };
}

/**
 * @param {RowNodes} nodes
 * @param {import('./bar_scale.js').BarRow} row
 * @param {(p: number) => number} lengthOf
 */
function showRow(nodes, row, lengthOf) {
  const flags = { cut: row.cut, tail: row.kind === 'tail', sum: row.kind === 'sum', pinned: row.pinned };
  nodes.item.className = ['row', ...Object.entries(flags).flatMap(([name, holds]) => (holds ? [name] : []))].join(' ');
  setText(nodes.word, row.label);
  nodes.word.title = row.title;
  nodes.before.style.width = row.kind === 'sum' ? '0%' : `${lengthOf(row.before)}%`;
  nodes.after.style.width = row.kind === 'sum' ? '0%' : `${lengthOf(row.after)}%`;
  setText(nodes.why, row.cut ? `cut by ${row.cut}` : '');
  setText(nodes.first, share(row.before));
  setText(nodes.second, share(row.after));
}
