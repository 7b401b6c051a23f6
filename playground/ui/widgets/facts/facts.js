// Named values in a grid, or an error in their place.

import { fillTable, node, part, setText } from '../lib/dom.js';
import { FORMATS } from '../lib/format.js';
import { parse } from '../lib/host.js';

/** @typedef {keyof typeof FORMATS} Format */
/** @typedef {{ name: string, value: number | string | null, format?: Format }} Fact */
/** @typedef {{ title: string, format: Format, parts: [string, number][] }} Bar */
/** @typedef {{ title: string, head: string[], rows: string[][] }} Table */

/**
 * The value of the widget.
 * @typedef {object} Value
 * @property {string} [error]
 * @property {{ label: string } | null} [way_out]  what the button below the error offers
 * @property {Fact[]} [facts]
 * @property {string} [note]
 * @property {string} [more]  the heading of the fold with the bars and the table
 * @property {Bar[]} [bars]
 * @property {Table | null} [table]
 */

const COLOURS = 6;

/** @param {import('../lib/host.js').Host} host */
export function mount({ element, props, watch, trigger }) {
  const box = part(element, '.fa');
  const wayOut = part(box, '.fa-way');
  /** @type {Value} */
  let shown = {};

  wayOut.addEventListener('click', () => trigger('way_out', shown.way_out));

  function draw() {
    shown = parse(props.value) ?? {};
    drawError(box, shown);
    wayOut.hidden = !shown.way_out;
    setText(wayOut, shown.way_out?.label ?? '');
    drawFacts(part(box, '.fa-facts'), shown.facts ?? []);
    const note = part(box, '.fa-note');
    setText(note, shown.note ?? '');
    note.hidden = !shown.note;
    drawMore(part(box, '.fa-more'), shown);
  }

  watch('value', draw);
  draw();
}

/** @param {HTMLElement} box @param {Value} shown */
function drawError(box, { error = '' }) {
  part(box, '.fa-error').hidden = !error;
  setText(part(box, '.fa-error span'), error);
  part(box, '.fa-facts').hidden = Boolean(error);
}

/** Keeps the nodes of facts that were there before. @param {HTMLElement} grid @param {Fact[]} facts */
function drawFacts(grid, facts) {
  while (grid.children.length > facts.length) grid.lastElementChild?.remove();
  while (grid.children.length < facts.length) grid.append(node('div', {}, node('dt'), node('dd')));
  for (const [i, { name, value, format }] of facts.entries()) {
    setText(part(grid.children[i], 'dt'), name);
    setText(part(grid.children[i], 'dd'), format ? FORMATS[format](/** @type {number} */ (value)) : String(value ?? '–'));
  }
}

/** @param {HTMLElement} fold @param {Value} shown */
function drawMore(fold, { more = '', bars = [], table }) {
  fold.hidden = !more;
  setText(part(fold, 'summary'), more);
  part(fold, '.fa-bars').replaceChildren(...bars.map(makeBar), ...(table ? [makeTable(table)] : []));
}

/** @param {Bar} bar */
function makeBar({ title, format, parts }) {
  const total = parts.reduce((sum, [, size]) => sum + size, 0);
  const bar = node('div', { class: 'fa-bar', 'aria-hidden': 'true' });
  const list = node('ul');
  for (const [i, [name, size]] of parts.entries()) {
    const colour = `--c:var(--pg-${(i % COLOURS) + 1})`;
    bar.append(node('i', { style: `${colour};flex-grow:${total ? size / total : 0}` }));
    list.append(node('li', { style: colour }, node('span', { text: name }), node('b', { text: FORMATS[format](size) })));
  }
  return node('section', {}, node('h4', { text: title }), bar, list);
}

/** @param {Table} table */
function makeTable({ title, head, rows }) {
  const made = node('table');
  fillTable(made, head, rows);
  return node('section', {}, node('h4', { text: title }), made);
}
