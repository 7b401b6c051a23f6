// The table of runs: rows keep their nodes, so that nothing flickers and focus stays; a click on a heading sorts.

import { node, part, setText } from '../lib/dom.js';
import { COLUMNS, sortAfterClick, sorted } from './columns.js';

/** @typedef {import('./columns.js').Run} Run */
/** @typedef {{ row: HTMLTableRowElement, tick: HTMLInputElement, button: HTMLButtonElement, cells: Map<string, HTMLElement> }} Row */

export class RunsTable {
  #table;
  #body;
  #sorter;
  #onChoice;
  #onWhatIf;
  /** @type {Map<string, HTMLElement>} */ #headings = new Map();
  /** @type {Map<string, Row>} */ #rows = new Map();
  /** @type {Run[]} */ #runs = [];
  /** @type {Set<string>} */ #chosen = new Set();
  /** @type {import('./columns.js').Sort} */ #sort = { key: 'created', down: true };

  /**
   * @param {HTMLElement} root
   * @param {(names: string[]) => void} onChoice  the choice of runs changed
   * @param {(name: string) => void} [onWhatIf]  the button of a row was pressed
   */
  constructor(root, onChoice, onWhatIf = () => {}) {
    this.#table = part(root, '.rv-table');
    this.#body = part(root, '.rv-table tbody');
    this.#sorter = part(root, '.rv-sort select', HTMLSelectElement);
    this.#onChoice = onChoice;
    this.#onWhatIf = onWhatIf;
    const head = part(root, '.rv-table thead tr');
    head.append(node('th', { class: 'rv-tick' }, node('span', { class: 'rv-away', text: 'Chosen' })));
    for (const { key, title, number } of COLUMNS) {
      const button = node('button', { type: 'button', text: title, onclick: () => this.#sortBy(key) });
      const heading = node('th', { scope: 'col', class: number ? 'rv-number' : '' }, button);
      this.#headings.set(key, heading);
      head.append(heading);
      this.#sorter.append(node('option', { value: key, text: title }));
    }
    head.append(node('th', { class: 'rv-ask' }, node('span', { class: 'rv-away', text: 'What if?' })));
    this.#sorter.addEventListener('change', () => this.#sortBy(this.#sorter.value));
  }

  /** Names of the chosen runs, in the order they were chosen. */
  get chosen() {
    return [...this.#chosen];
  }

  /** @param {string[]} names */
  choose(names) {
    this.#chosen = new Set(names);
    this.#mark();
    this.#onChoice(this.chosen);
  }

  /** @param {Run[]} runs */
  draw(runs) {
    this.#runs = runs;
    const names = new Set(runs.map((run) => run.name));
    for (const [name, { row }] of this.#rows) {
      if (names.has(name)) continue;
      row.remove();
      this.#rows.delete(name);
    }
    this.#drawOrder();
    const nodes = sorted(runs, this.#sort).map((run) => this.#fill(run));
    if (nodes.some((row, i) => this.#body.children[i] !== row)) this.#body.replaceChildren(...nodes); // a new order only
    this.#table.hidden = !runs.length;
    const kept = this.chosen.filter((name) => names.has(name));
    if (kept.length < this.#chosen.size) this.choose(kept);
    else this.#mark();
  }

  /** @param {string} key */
  #sortBy(key) {
    this.#sort = sortAfterClick(this.#sort, key);
    this.draw(this.#runs);
  }

  #drawOrder() {
    const { key, down } = this.#sort;
    for (const [name, heading] of this.#headings) {
      if (name === key) heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
    }
    this.#sorter.value = key;
  }

  /** The row of a run with its present values. @param {Run} run */
  #fill(run) {
    const made = this.#rows.get(run.name) ?? this.#makeRow(run.name);
    made.button.hidden = run.has_text === false; // there is nothing to train it on again
    for (const [control, verb] of /** @type {const} */ ([[made.tick, 'choose'], [made.button, 'What if?']])) {
      control.setAttribute('aria-label', `${verb} ${run.title}`);
    }
    this.#rows.set(run.name, made);
    made.row.dataset.state = run.state;
    made.row.classList.toggle('rv-pinned', run.pinned);
    const now_s = Date.now() / 1000;
    for (const { key, text } of COLUMNS) setText(/** @type {HTMLElement} */ (made.cells.get(key)), text(run, now_s));
    return made.row;
  }

  /** @param {string} name @returns {Row} */
  #makeRow(name) {
    const tick = node('input', { type: 'checkbox', onchange: () => this.#toggle(name) });
    const cells = new Map(COLUMNS.map(({ key, title, number }) => [key, node(key === 'name' ? 'th' : 'td', {
      class: `rv-c-${key}${number ? ' rv-number' : ''}`, 'data-title': title, scope: key === 'name' ? 'row' : null,
    })]));
    const button = node('button', {
      type: 'button', class: 'rv-b', text: 'What if?', onclick: () => this.#onWhatIf(name),
    });
    const row = node('tr', {}, node('td', { class: 'rv-tick' }, tick), ...cells.values(), node('td', { class: 'rv-ask' }, button));
    row.addEventListener('click', (event) => event.target !== tick && event.target !== button && this.#click(name, event));
    return { row, tick, button, cells };
  }

  /** A click on a row chooses it alone, or takes it out; with Ctrl, Cmd or Shift the others stay chosen. @param {string} name @param {MouseEvent} event */
  #click(name, event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) this.#toggle(name);
    else this.choose(this.#chosen.size === 1 && this.#chosen.has(name) ? [] : [name]);
  }

  /** @param {string} name */
  #toggle(name) {
    this.choose(this.#chosen.has(name) ? this.chosen.filter((each) => each !== name) : [...this.#chosen, name]);
  }

  #mark() {
    for (const [name, { row, tick }] of this.#rows) {
      tick.checked = this.#chosen.has(name);
      row.classList.toggle('rv-on', this.#chosen.has(name));
    }
  }
}
