// How a text becomes numbers. It asks for nothing until it is opened.

import { onResize, part, parts, setText } from '../lib/dom.js';
import { whole } from '../lib/format.js';
import { ask, newest, parse } from '../lib/host.js';
import { onPlace, readPlace } from '../lib/place.js';
import { batchText, numberOf, vocabularyText, wellFormed, windowText } from './answer.js';
import { drawMatrix, drawPairs, drawSplit, drawTokens, showIf } from './drawing.js';

/** @typedef {import('./answer.js').Answer} Answer */
/** @typedef {import('./answer.js').Part} Part */
/** @typedef {{ part: Part, window: number, epoch: number, batch: number }} Choice */
/** @typedef {'window' | 'epoch' | 'batch'} Field */

const FORM_CHANGED = 'pg-form-looked-at';
const FIRST_PAIRS = 32; // more are shown on request
const TYPING_MS = 120;
const MAX_EPOCH = 1_000_000;

/** @param {import('../lib/host.js').Host<{ of: 'run' | 'form', word: string }>} host */
export function mount({ element, props, server, watch, trigger, constants }) {
  const view = new TextView(element, constants.word, (query) => questions(query));
  let asked = 0;
  const ofRun = newest(async (/** @type {object} */ query) => {
    const { run } = readPlace();
    if (!run) return view.fail('There is no run yet; train one, then look here.');
    /** @type {import('../lib/host.js').Reply<Answer>} */
    const answer = await ask(server.text, { ...query, run });
    if (run === readPlace().run) view.show(answer);
  });
  const ofForm = (/** @type {object} */ query) => trigger('look', { ...query, number: ++asked });
  const questions = constants.of === 'run' ? ofRun : ofForm;

  if (constants.of === 'run') {
    let { run: shown } = readPlace();
    onPlace(element, ({ run }) => {
      if (run !== shown) view.restart();
      shown = run;
    });
    return;
  }
  const changed = () => {
    if (element.isConnected) view.ask();
    else removeEventListener(FORM_CHANGED, changed);
  };
  addEventListener(FORM_CHANGED, changed);
  watch('value', () => {
    const answer = parse(props.value);
    if (answer && answer.number === asked) view.show(answer);
  });
}

class TextView {
  #root;
  #word;
  #question;
  /** @type {Choice} */ #choice = { part: 'train', window: 1, epoch: 1, batch: 1 };
  /** @type {Answer | null} */ #answer = null;
  #isWhole = false; // whether all tokens of the window are shown
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {HTMLElement} element @param {string} word @param {(query: object) => unknown} question */
  constructor(element, word, question) {
    this.#root = part(element, '.tv', HTMLDetailsElement);
    this.#word = part(element, '.tv-word', HTMLInputElement);
    this.#word.value = word;
    this.#question = question;
    this.#root.addEventListener('toggle', () => this.ask());
    this.#word.addEventListener('input', () => this.#askSoon());
    for (const name of /** @type {Field[]} */ (['window', 'epoch', 'batch'])) {
      const field = this.#field(name);
      field.addEventListener('input', () => this.#go(name, numberOf(field.value, this.#most(name)), TYPING_MS));
      field.addEventListener('change', () => this.#writeFields());
    }
    for (const button of parts(element, '[data-move]', HTMLButtonElement)) {
      const name = /** @type {Field} */ (button.dataset.field);
      button.addEventListener('click', () => this.#move(name, Number(button.dataset.move)));
    }
    for (const button of parts(element, '[data-part]', HTMLButtonElement)) {
      button.addEventListener('click', () => this.#choose({ part: /** @type {Part} */ (button.dataset.part), window: 1 }));
    }
    part(element, '.tv-pairs').addEventListener('keydown', (event) => this.#key(event));
    part(element, '.tv-all').addEventListener('click', () => {
      this.#isWhole = true;
      this.#drawWindow();
      part(element, '.tv-pairs').focus({ preventScroll: true });
    });
    onResize(part(element, '.tv-body'), () => this.#drawBatch());
  }

  /** Another text is shown: begin again. */
  restart() {
    this.#answer = null;
    this.#choice = { part: 'train', window: 1, epoch: 1, batch: 1 };
    this.#writeFields();
    this.ask();
  }

  /** Ask for what is chosen, unless it is closed. */
  ask() {
    clearTimeout(this.#timer);
    if (this.#root.open) this.#question({ ...this.#choice, word: wellFormed(this.#word.value) });
  }

  /** @param {string} sentence  why there is nothing to show */
  fail(sentence) {
    showIf(part(this.#root, '.tv-error'), sentence);
    this.#root.classList.add('tv-failed');
  }

  /** @param {import('../lib/host.js').Reply<Answer>} answer */
  show(answer) {
    if (answer.error !== undefined) return this.fail(answer.error);
    this.#root.classList.remove('tv-failed');
    showIf(part(this.#root, '.tv-error'), '');
    this.#answer = answer;
    // Not the numbers of the answer: other ones may have been chosen meanwhile.
    this.#choice.window = Math.min(this.#choice.window, this.#most('window'));
    this.#choice.batch = Math.min(this.#choice.batch, this.#most('batch'));
    this.#writeFields();
    setText(part(this.#root, '.tv-vocabulary'), vocabularyText(answer.vocabulary));
    drawTokens(part(this.#root, '.tv-word-tokens'), answer.word);
    drawSplit(part(this.#root, '.tv-bar'), part(this.#root, '.tv-split'), answer.split);
    this.#drawWindow();
    this.#drawBatch();
  }

  #drawWindow() {
    const window = this.#answer?.window;
    if (!window) return;
    const list = part(this.#root, '.tv-pairs');
    list.dataset.part = window.part;
    const { inputs, targets } = window.missing === undefined ? window : { inputs: [], targets: [] };
    drawPairs(list, inputs, targets, this.#isWhole ? inputs.length : FIRST_PAIRS);
    const isCut = !this.#isWhole && inputs.length > FIRST_PAIRS;
    showIf(part(this.#root, '.tv-all'), isCut ? `Show all ${whole(inputs.length)} tokens` : '');
    setText(part(this.#root, '.tv-window-note'), window.missing ?? windowText(window));
  }

  #drawBatch() {
    const batch = this.#answer?.batch;
    if (!batch) return;
    const table = part(this.#root, '.tv-matrix', HTMLTableElement);
    setText(part(this.#root, '.tv-batch-note'), batch.missing ?? batchText(batch));
    if (batch.missing !== undefined) return table.replaceChildren();
    drawMatrix(table, batch, part(this.#root, '.tv-body').clientWidth, (window) => {
      this.#choose({ part: 'train', window });
      part(this.#root, '.tv-pairs').focus();
    });
  }

  #writeFields() {
    for (const name of /** @type {Field[]} */ (['window', 'epoch', 'batch'])) {
      const field = this.#field(name);
      field.max = String(this.#most(name));
      if (field !== document.activeElement) field.value = String(this.#choice[name]);
    }
    for (const name of /** @type {('window' | 'batch')[]} */ (['window', 'batch'])) {
      const most = this.#most(name);
      setText(part(this.#root, `.tv-${name}-count`), `of ${whole(most)}`);
      for (const button of parts(this.#root, `[data-field=${name}]`, HTMLButtonElement)) {
        const to = this.#choice[name] + Number(button.dataset.move);
        button.setAttribute('aria-disabled', String(to < 1 || to > most));
      }
    }
    for (const button of parts(this.#root, '[data-part]', HTMLButtonElement)) {
      button.setAttribute('aria-pressed', String(button.dataset.part === this.#choice.part));
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const most = this.#most('window');
    /** @type {Record<string, number>} */
    const goals = { ArrowLeft: this.#choice.window - 1, ArrowRight: this.#choice.window + 1, Home: 1, End: most };
    const to = goals[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#go('window', numberOf(String(to), most));
  }

  /** @param {Field} name @param {number} by */
  #move(name, by) {
    this.#go(name, numberOf(String(this.#choice[name] + by), this.#most(name)));
  }

  /** @param {Field} name @param {number} to @param {number} [wait_ms] */
  #go(name, to, wait_ms = 0) {
    if (to === this.#choice[name]) return;
    this.#choose({ [name]: to, ...(name === 'epoch' && { batch: 1 }) }, wait_ms);
  }

  /** @param {Partial<Choice>} change @param {number} [wait_ms] */
  #choose(change, wait_ms = 0) {
    Object.assign(this.#choice, change);
    if (!wait_ms) this.#writeFields();
    if (wait_ms) this.#askSoon();
    else this.ask();
  }

  #askSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), TYPING_MS);
  }

  /** The last number of a field. @param {Field} name */
  #most(name) {
    if (name === 'epoch') return MAX_EPOCH;
    if (!this.#answer) return 1;
    if (name === 'batch') return this.#answer.split.train.batches || 1;
    return this.#answer.split[this.#choice.part].windows || 1;
  }

  /** @param {Field} name */
  #field(name) {
    return part(this.#root, `.tv-${name}`, HTMLInputElement);
  }
}
