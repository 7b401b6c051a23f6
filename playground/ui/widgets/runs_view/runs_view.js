// Asks for the list of runs, shows it, and does with the chosen ones what its buttons say.

import { node, part, parts, setText } from '../lib/dom.js';
import { bytes } from '../lib/format.js';
import { ask, parse } from '../lib/host.js';
import { poll } from '../lib/poll.js';
import { goTo, readPlace } from '../lib/place.js';
import { knownRuns } from '../lib/storage.js';
import { savePage } from '../saving/page_file.js';
import { aboutText, unavailable } from './actions.js';
import { Comparison } from './compare.js';
import { Fork } from './fork.js';
import { RunsTable } from './table.js';

/** @typedef {import('./columns.js').Run} Run */
/** @typedef {import('./actions.js').Action} Action */
/** `max_known`: as many names are sent. @typedef {import('./compare.js').Choices & { max_known: number }} Constants */
/** @typedef {import('../lib/host.js').Host<Constants>} Host */

/** @typedef {{ runs: Run[], unreadable: string[], public: boolean, max_archive_bytes: number }} Rows */
/** `run`: the run's name after the action, empty if it is gone. @typedef {{ run: string, message: string, undo?: string }} Done */
/** The value of the widget: a report about an archive. @typedef {{ run?: string, message?: string, error?: string }} Report */

const LIVE_MS = 1500;
const REST_MS = 5000;
const HIDDEN_MS = 400;

/** @param {Host} host */
export function mount(host) {
  const view = new RunsView(host);
  host.watch('value', () => view.report(parse(host.props.value)));
}

class RunsView {
  #view;
  #host;
  #table;
  #comparison;
  #fork;
  #forms;
  #buttons;
  #askNow;
  /** @type {Run[]} */ #runs = [];
  #isPublic = false;
  #maxArchiveBytes = Number.POSITIVE_INFINITY;
  #undoToken = '';
  /** A run to choose as soon as it is in the list. @type {string | null} */ #wanted = null;

  /** @param {Host} host */
  constructor(host) {
    const { element, server, constants } = host;
    this.#view = part(element, '.rv');
    this.#host = host;
    this.#forms = { fork: part(this.#view, '.rf', HTMLFormElement), rename: part(this.#view, '.rv-rename', HTMLFormElement) };
    this.#buttons = parts(this.#view, '[data-do]', HTMLButtonElement);
    this.#comparison = new Comparison(this.#view, constants, (runs, over) => ask(server.compare, { runs, over }));
    this.#table = new RunsTable(this.#view, (names) => this.#choose(names));
    this.#fork = new Fork(this.#view, (query) => ask(server.detail, query), ({ run, ...query }) => this.#act('fork', run, query));
    this.#listen();
    this.#askNow = poll(element, () => this.#ask(), HIDDEN_MS);
    this.#askNow();
  }

  /** Show what became of an archive. @param {Report | null} report */
  report(report) {
    if (!report) return;
    this.#say(report.error ?? report.message ?? '', { isError: Boolean(report.error) });
    if (!report.run) return;
    knownRuns(report.run);
    this.#wanted = report.run;
    this.#askNow();
  }

  // --- the list ------------------------------------------------------------------------------------------------------

  /** Ask for the list; how long to wait before asking again. */
  async #ask() {
    const known = knownRuns(readPlace().run || null).slice(-this.#host.constants.max_known);
    /** @type {import('../lib/host.js').Reply<Rows>} */
    const answer = await ask(this.#host.server.rows, { known });
    if (answer.error === undefined) this.#take(answer); // else the table stays as it is
    return this.#isLive() ? LIVE_MS : REST_MS;
  }

  #isLive() {
    return this.#runs.some((run) => run.live);
  }

  /** @param {Rows} answer */
  #take(answer) {
    const wasLive = this.#isLive();
    this.#runs = answer.runs;
    this.#isPublic = answer.public;
    this.#maxArchiveBytes = answer.max_archive_bytes;
    part(this.#forms.fork, 'label:has([name=new_name])').hidden = this.#isPublic; // the server makes names there
    this.#table.draw(this.#runs);
    this.#part('.rv-empty').hidden = this.#runs.length > 0;
    setText(this.#part('.rv-count'), this.#runs.length ? String(this.#runs.length) : '');
    this.#part('.rv-unreadable').replaceChildren(...answer.unreadable.map((text) => node('li', { text })));
    const wanted = this.#runs.find((run) => run.name === this.#wanted);
    if (wanted) {
      this.#wanted = null;
      this.#table.choose([wanted.name]);
    }
    this.#drawChosen();
    if (wasLive) this.#comparison.refresh();
  }

  // --- the chosen run ------------------------------------------------------------------------------------------------

  /** @param {string[]} names */
  #choose(names) {
    this.#closeForms();
    this.#comparison.show(names);
    this.#drawChosen();
  }

  /** The chosen run, if it is a single one. */
  get #chosen() {
    const { chosen } = this.#table;
    return chosen.length === 1 ? this.#runs.find((run) => run.name === chosen[0]) : undefined;
  }

  #drawChosen() {
    const run = this.#chosen;
    this.#part('.rv-one').hidden = !run;
    if (!run) return;
    setText(this.#part('.rv-chosen'), run.name);
    setText(this.#part('.rv-why'), aboutText(run));
    const { hidden, disabled } = unavailable(run, this.#isPublic);
    for (const button of this.#buttons) {
      const action = /** @type {Action} */ (button.dataset.do);
      button.hidden = hidden.has(action);
      button.disabled = disabled.has(action);
      if (action === 'pin') setText(button, run.pinned ? 'Unpin' : 'Pin');
    }
  }

  #closeForms() {
    this.#fork.close();
    this.#forms.rename.hidden = true;
    for (const name of /** @type {const} */ (['fork', 'rename'])) {
      this.#refuse(name, '');
      this.#setExpanded(name, false);
    }
  }

  /** @param {'fork' | 'rename'} name @param {boolean} isOpen */
  #setExpanded(name, isOpen) {
    part(this.#view, `[data-do=${name}]`).setAttribute('aria-expanded', String(isOpen));
  }

  /** Show a sentence above the table. @param {string} text @param {{ isError?: boolean, undo?: string }} [settings]  `undo`: a token */
  #say(text, { isError = false, undo = '' } = {}) {
    const line = this.#part('.rv-message');
    this.#undoToken = undo;
    setText(part(line, 'span'), text);
    part(line, '.rv-undo').hidden = !undo;
    line.classList.toggle('rv-complaint', isError);
    line.hidden = !text;
    if (isError && text) line.scrollIntoView({ block: 'nearest' });
  }

  /** Show at the end of a form, where its button is, what is wrong with it. @param {'fork' | 'rename'} name @param {string} text */
  #refuse(name, text) {
    const line = part(this.#forms[name], '.rv-refused');
    setText(line, text);
    line.hidden = !text;
  }

  // --- acting --------------------------------------------------------------------------------------------------------

  /** @param {string} action @param {string} run  its name; for `undo`, the token @param {object} [more]  fields of the query */
  async #act(action, run, more = {}) {
    /** @type {import('../lib/host.js').Reply<Done>} */
    const answer = await ask(this.#host.server.act, { ...more, action, run });
    if (answer.error !== undefined) {
      const hasForm = action === 'fork' || action === 'rename';
      this.#say(hasForm ? '' : answer.error, { isError: true });
      if (hasForm) this.#refuse(action, answer.error);
      return;
    }
    this.#closeForms();
    this.#say(answer.message, { undo: answer.undo });
    if (answer.run) knownRuns(answer.run);
    if (action === 'rename' && readPlace().run === run) goTo({ run: answer.run }, { replace: true });
    if (answer.run !== run) this.#wanted = answer.run || null;
    this.#askNow();
  }

  /** @param {Action} action @param {Run} run */
  #press(action, run) {
    const { trigger } = this.#host;
    switch (action) {
      case 'pin': return this.#act('pin', run.name, { pinned: !run.pinned });
      case 'follow': return goTo({ tab: 'train', run: run.name });
      case 'best': case 'last': return goTo({ tab: 'generate', run: run.name, step: action });
      case 'download':
        this.#say(`${run.name} is being packed; the download begins by itself.`);
        return trigger('download', { run: run.name });
      case 'page': return this.#savePage(run);
      case 'rename': return this.#openRename(run);
      case 'fork': return this.#openFork(run);
      default: return this.#act(action, run.name);
    }
  }

  /** @param {Run} run */
  async #savePage({ name }) {
    this.#say(`The page of ${name} is being made; the download begins by itself.`);
    const problem = await savePage(this.#host.server.save_page, name);
    this.#say(problem || `The page of ${name} is saved; any browser opens it, without a server.`, { isError: Boolean(problem) });
  }

  /** Open the form, or close it if it is open. @param {Run} run */
  #openRename(run) {
    const form = this.#forms.rename;
    const isOpen = !form.hidden;
    this.#closeForms();
    if (isOpen) return;
    form.hidden = false;
    this.#setExpanded('rename', true);
    const field = part(form, '[name=new_name]', HTMLInputElement);
    field.value = run.name;
    field.select();
  }

  /** Open the form, or close it if it is open. @param {Run} run */
  async #openFork(run) {
    const isOpen = !this.#forms.fork.hidden;
    this.#closeForms();
    if (isOpen) return;
    const refusal = await this.#fork.open(run.name);
    this.#setExpanded('fork', !refusal);
    if (refusal) this.#say(refusal, { isError: true });
  }

  #listen() {
    for (const button of this.#buttons) {
      button.addEventListener('click', () => this.#chosen && this.#press(/** @type {Action} */ (button.dataset.do), this.#chosen));
    }
    this.#forms.rename.addEventListener('submit', (event) => {
      event.preventDefault();
      const new_name = part(this.#forms.rename, '[name=new_name]', HTMLInputElement).value;
      if (this.#chosen) this.#act('rename', this.#chosen.name, { new_name });
    });
    this.#part('.rv-undo').addEventListener('click', () => this.#undoToken && this.#act('undo', this.#undoToken));
    this.#view.addEventListener('keydown', (event) => event.key === 'Escape' && this.#closeForms());
    // Before Gradio sees it: Gradio would refuse a large archive in another place and with other units.
    document.addEventListener('change', (event) => this.#checkArchive(event), true);
  }

  /** Refuse an archive that is too large before it is sent. @param {Event} event */
  #checkArchive(event) {
    const input = event.target;
    const file = input instanceof HTMLInputElement && input.closest('.pg-archive-row') ? input.files?.[0] : undefined;
    if (!file || file.size <= this.#maxArchiveBytes) return;
    event.stopPropagation();
    /** @type {HTMLInputElement} */ (input).value = '';
    const most = bytes(this.#maxArchiveBytes);
    this.#say(`${file.name} has ${bytes(file.size)}; archives of at most ${most} are taken here.`, { isError: true });
  }

  /** @param {string} selector */
  #part(selector) {
    return part(this.#view, selector);
  }
}
