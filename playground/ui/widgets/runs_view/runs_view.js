// Asks for the list of runs, shows it, and does with the chosen ones what its buttons say.

import { node, part, parts, setText } from '../lib/dom.js';
import { bytes } from '../lib/format.js';
import { ask, parse } from '../lib/host.js';
import { poll } from '../lib/poll.js';
import { getParameter, goTo, onPlace, readPlace, setParameter } from '../lib/place.js';
import { knownRuns, visitorToken } from '../lib/storage.js';
import { savePage } from '../saving/page_file.js';
import { aboutText, unavailable } from './actions.js';
import { Comparison } from './compare.js';
import { Fork } from './fork.js';
import { RunsTable } from './table.js';
import { Tune } from './tune.js';
import { WhatIf } from './what_if.js';

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
const COMPARED = 'compare'; // parameter of the address: names of the chosen runs, with commas between
const WHAT_IF = 'whatif'; // and the name of the run whose form is open

/** The forms of a chosen run, by the action of their button. @typedef {'fork' | 'rename' | 'tune' | 'what_if'} FormName */

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
  #whatIf;
  #tune;
  /** @type {Record<FormName, HTMLFormElement>} */ #forms;
  #buttons;
  #askNow;
  /** @type {Run[]} */ #runs = [];
  #isPublic = false;
  #maxArchiveBytes = Number.POSITIVE_INFINITY;
  #undoToken = '';
  /** Runs to choose as soon as they are in the list. @type {string[]} */ #wanted = [];
  /** The run of which the address asks What if?, until it is in the list. */ #asked = '';

  /** @param {Host} host */
  constructor(host) {
    const { element, server, constants } = host;
    this.#view = part(element, '.rv');
    this.#host = host;
    this.#forms = {
      fork: part(this.#view, '.rk', HTMLFormElement),
      rename: part(this.#view, '.rv-rename', HTMLFormElement),
      tune: part(this.#view, '.rt', HTMLFormElement),
      what_if: part(this.#view, '.rw', HTMLFormElement),
    };
    this.#buttons = parts(this.#view, '[data-do]', HTMLButtonElement);
    this.#comparison = new Comparison(this.#view, constants, (runs, over) => ask(server.compare, { runs, over }));
    this.#table = new RunsTable(this.#view, (names) => this.#choose(names), (name) => this.#askWhatIf(name));
    this.#fork = new Fork(this.#view, (query) => ask(server.detail, query), ({ run, ...query }) => this.#act('fork', run, query));
    this.#whatIf = new WhatIf(this.#view, (query) => ask(server.detail, query), ({ run, ...query }) => this.#act('what_if', run, query));
    this.#tune = new Tune(this.#view, ({ run, ...query }) => this.#act('tune', run, query));
    this.#listen();
    this.#followAddress();
    onPlace(element, () => this.#followAddress());
    this.#askNow = poll(element, () => this.#ask(), HIDDEN_MS);
    this.#askNow();
  }

  /** Show what became of an archive. @param {Report | null} report */
  report(report) {
    if (!report) return;
    this.#say(report.error ?? report.message ?? '', { isError: Boolean(report.error) });
    if (!report.run) return;
    knownRuns(report.run);
    this.#wanted = [report.run];
    this.#askNow();
  }

  // --- the list ------------------------------------------------------------------------------------------------------

  /** Ask for the list; how long to wait before asking again. */
  async #ask() {
    const known = knownRuns(readPlace().run || null).slice(-this.#host.constants.max_known);
    /** @type {import('../lib/host.js').Reply<Rows>} */
    const answer = await ask(this.#host.server.rows, { known, visitor: visitorToken() });
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
    for (const form of [this.#forms.fork, this.#forms.tune, this.#forms.what_if]) {
      part(form, 'label:has([name=new_name])').hidden = this.#isPublic; // the server makes names there
    }
    this.#table.draw(this.#runs);
    this.#part('.rv-empty').hidden = this.#runs.length > 0;
    setText(this.#part('.rv-count'), this.#runs.length ? String(this.#runs.length) : '');
    this.#part('.rv-unreadable').replaceChildren(...answer.unreadable.map((text) => node('li', { text })));
    const wanted = this.#wanted;
    if (wanted.length && wanted.every((name) => this.#runs.some((run) => run.name === name))) {
      this.#wanted = [];
      this.#table.choose(wanted);
    }
    if (this.#runs.some(({ name }) => name === this.#asked)) this.#askWhatIf(this.#asked);
    this.#drawChosen();
    if (wasLive) this.#comparison.refresh();
  }

  // --- the chosen run ------------------------------------------------------------------------------------------------

  /** @param {string[]} names */
  #choose(names) {
    this.#closeForms();
    setParameter(COMPARED, names.join(','));
    this.#comparison.show(names);
    this.#drawChosen();
  }

  /** Choose the runs that the address names, and open the form that it asks for, as soon as they are in the list. */
  #followAddress() {
    const compared = getParameter(COMPARED)?.split(',').filter(Boolean) ?? [];
    const asked = getParameter(WHAT_IF) ?? '';
    if (compared.length && compared.join() !== this.#table.chosen.join()) this.#wanted = compared;
    if (asked !== this.#asked) this.#asked = asked;
    else if (!this.#wanted.length) return;
    this.#askNow?.();
  }

  /** Choose a run and open its form of What if?. @param {string} name */
  #askWhatIf(name) {
    const run = this.#runs.find((each) => each.name === name);
    if (!run) return;
    this.#wanted = [];
    this.#asked = '';
    setParameter(WHAT_IF, '');
    if (this.#chosen?.name !== name) this.#table.choose([name]);
    this.#drawChosen();
    if (this.#forms.what_if.hidden) this.#openForm('what_if', run);
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
    setText(this.#part('.rv-chosen'), run.title);
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
    for (const name of /** @type {FormName[]} */ (Object.keys(this.#forms))) {
      this.#forms[name].hidden = true;
      this.#refuse(name, '');
      this.#setExpanded(name, false);
    }
  }

  /** @param {FormName} name @param {boolean} isOpen */
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

  /** Show at the end of a form, where its button is, what is wrong with it. @param {FormName} name @param {string} text */
  #refuse(name, text) {
    const line = part(this.#forms[name], '.rv-refused');
    setText(line, text);
    line.hidden = !text;
  }

  // --- acting --------------------------------------------------------------------------------------------------------

  /** @param {string} action @param {string} run  its name; for `undo`, the token @param {object} [more]  fields of the query */
  async #act(action, run, more = {}) {
    /** @type {import('../lib/host.js').Reply<Done>} */
    const answer = await ask(this.#host.server.act, { ...more, action, run, visitor: visitorToken() });
    if (answer.error !== undefined) {
      const hasForm = action in this.#forms;
      this.#say(hasForm ? '' : answer.error, { isError: true });
      if (hasForm) this.#refuse(/** @type {FormName} */ (action), answer.error);
      return;
    }
    this.#closeForms();
    this.#say(answer.message, { undo: answer.undo });
    if (answer.run) knownRuns(answer.run);
    if (action === 'rename' && readPlace().run === run) goTo({ run: answer.run }, { replace: true });
    if (action === 'what_if' || action === 'tune') goTo({ run: answer.run }, { replace: true }); // what is trained is the current run
    if (answer.run !== run) this.#wanted = [...(action === 'what_if' ? [run] : []), answer.run].filter(Boolean);
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
      case 'hf': case 'book': case 'book-optimizer':
        part(this.#view, '.rv-export details', HTMLDetailsElement).open = false;
        this.#say(`The model of ${run.name} is being packed; the download begins by itself.`);
        return trigger('download', { run: run.name, form: action });
      case 'page': return this.#savePage(run);
      case 'rename': return this.#openRename(run);
      case 'fork': case 'tune': case 'what_if': return this.#openForm(action, run);
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
    field.value = run.title;
    field.select();
  }

  /** Open a form of a run, or close it if it is open. @param {'fork' | 'tune' | 'what_if'} name @param {Run} run */
  async #openForm(name, run) {
    const isOpen = !this.#forms[name].hidden;
    this.#closeForms();
    if (isOpen) return;
    const refusal = await { fork: this.#fork, tune: this.#tune, what_if: this.#whatIf }[name].open(run.name);
    this.#setExpanded(name, !refusal);
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
