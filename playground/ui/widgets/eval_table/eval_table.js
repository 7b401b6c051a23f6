// One table over runs and steps: measures what the address asks for, row by row.

import { node, part, parts, saveFile, setText } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { getParameter, onPlace, readPlace, setParameter } from '../lib/place.js';
import { askUntilDone } from '../lib/unfinished.js';
import { whenSeen } from '../lib/when_seen.js';
import { ownText, readPassage } from '../microscope/passage_state.js';
import { COLUMNS, readWanted, sorted, toCsv, toMarkdown, withModel } from './rows.js';

/** @typedef {import('./rows.js').Row} Row */

const ROWS = 'rows';

/** @param {import('../lib/host.js').Host} host */
export function mount({ element, server }) {
  const table = new EvalTable(part(element, '.et'), server);
  const request = whenSeen(element, async (/** @type {string} */ key) => table.load(key));
  const follow = () => request(table.key());
  onPlace(element, follow);
  follow();
}

class EvalTable {
  #root;
  #server;
  #reading;
  /** @type {Map<string, Row>} */ #measured = new Map();
  /** @type {Row[]} */ #rows = [];
  #key = '';
  /** @type {keyof Row | null} */ #sortedBy = null;
  #isDescending = false;

  /** @param {HTMLElement} root @param {import('../lib/host.js').Host['server']} server */
  constructor(root, server) {
    this.#root = root;
    this.#server = server;
    this.#reading = part(root, '.et-reading', HTMLSelectElement);
    this.#reading.addEventListener('change', () => this.#want({ ...this.#wanted(), reading: /** @type {'sliding' | 'chapter'} */ (this.#reading.value) }));
    part(root, '.et-add').addEventListener('click', () => {
      const { run, step } = readPlace();
      if (run) this.#want(withModel(this.#wanted(), run, step));
    });
    for (const button of parts(root, '[data-copy]', HTMLButtonElement)) button.addEventListener('click', () => this.#takeOut(button.dataset.copy ?? ''));
    part(root, 'thead tr').replaceChildren(...COLUMNS.map(({ key, name, isNumber }) =>
      node('th', { scope: 'col', class: isNumber ? 'et-num' : '' }, node('button', { type: 'button', text: name, onclick: () => this.#sort(key) }))),
      node('th', {}, node('span', { class: 'et-sr', text: 'Remove' })));
  }

  /** The models that the address asks for; without any, the current one. */
  #wanted() {
    const wanted = readWanted(getParameter(ROWS));
    const { run, step } = readPlace();
    return wanted.models.length || !run ? wanted : { ...wanted, models: /** @type {[string, string][]} */ ([[run, step]]) };
  }

  /** @param {import('./rows.js').Wanted} wanted */
  #want(wanted) {
    setParameter(ROWS, JSON.stringify(wanted));
  }

  /** What is to be shown, as one text. */
  key() {
    return JSON.stringify([this.#wanted(), ownText(readPassage(getParameter('passage')))]);
  }

  /** Measure what `key` asks for. @param {string} key */
  async load(key) {
    if (key === this.#key) return;
    this.#key = key;
    /** @type {[import('./rows.js').Wanted, { text: string, file: string }]} */
    const [{ models, reading }, own] = JSON.parse(key);
    this.#reading.value = reading;
    const sources = ['train', 'validation', ...(own.text || own.file ? ['own'] : [])];
    const asked = models.flatMap(([run, step]) => sources.map((source) => ({ run, step, source, reading, ...(source === 'own' ? own : { text: '', file: '' }) })));
    this.#rows = asked.map((query) => this.#measured.get(JSON.stringify(query)) ?? { ...query, asked: query.step });
    this.#draw();
    this.#say('');
    for (const [i, query] of asked.entries()) {
      const name = JSON.stringify(query);
      if (this.#measured.has(name)) continue;
      /** @type {import('../lib/host.js').Reply<Row> | null} */
      const answer = await askUntilDone(this.#server.row, query, () => this.#key === key);
      if (this.#key !== key) {
        if (!answer) await ask(this.#server.cancel_row, query);
        return;
      }
      if (!answer || answer.error !== undefined) {
        this.#say(answer?.error ?? '');
        this.#rows[i] = { ...this.#rows[i], hasFailed: true };
        this.#draw();
        continue;
      }
      const row = { ...answer, asked: query.step, source: query.source };
      if (query.step !== 'last') this.#measured.set(name, row); // the last step of an active run moves on
      this.#rows[i] = row;
      this.#draw();
    }
  }

  #draw() {
    const rows = this.#sortedBy ? sorted(this.#rows, this.#sortedBy, this.#isDescending) : this.#rows;
    part(this.#root, 'tbody').replaceChildren(...rows.map((row) => node('tr', {},
      ...COLUMNS.map(({ isNumber, show }) => node('td', { class: isNumber ? 'et-num' : '', text: show(row) })),
      node('td', {}, node('button', {
        type: 'button', class: 'et-remove', 'aria-label': `Remove ${row.run}, step ${row.step}`, text: '×', onclick: () => this.#remove(row),
      })))));
    for (const [i, head] of parts(this.#root, 'thead th').entries()) {
      const isSorted = COLUMNS[i]?.key === this.#sortedBy;
      head.setAttribute('aria-sort', isSorted ? (this.#isDescending ? 'descending' : 'ascending') : 'none');
    }
  }

  /** Sort by a column; by the same one again in the other direction. @param {keyof Row} key */
  #sort(key) {
    this.#isDescending = this.#sortedBy === key && !this.#isDescending;
    this.#sortedBy = key;
    this.#draw();
  }

  /** @param {Row} row */
  #remove(row) {
    const { models, reading } = this.#wanted();
    this.#want({ models: models.filter(([run, step]) => run !== row.run || step !== row.asked), reading });
  }

  /** @param {string} kind */
  async #takeOut(kind) {
    const rows = this.#sortedBy ? sorted(this.#rows, this.#sortedBy, this.#isDescending) : this.#rows;
    if (kind === 'csv') {
      saveFile('evaluation.csv', toCsv(rows), 'text/csv');
      return this.#done('Saved.');
    }
    try {
      await navigator.clipboard.writeText(toMarkdown(rows));
      this.#done('Copied.');
    } catch {
      saveFile('evaluation.md', toMarkdown(rows), 'text/markdown');
      this.#done('The browser does not let us copy; it is saved as a file.');
    }
  }

  /** @param {string} text */
  #done(text) {
    setText(part(this.#root, '.et-done'), text);
  }

  /** @param {string} sentence */
  #say(sentence) {
    const problem = part(this.#root, '.et-problem');
    setText(problem, sentence);
    problem.hidden = !sentence;
  }
}
