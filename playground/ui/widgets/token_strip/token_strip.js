// The widget: buttons, text, panel and branches, kept in line with the log that is its value.

import { bringIntoView, standBeside } from '../desk/beside_prompt.js';
import { node, part, parts, setText } from '../lib/dom.js';
import { whole } from '../lib/format.js';
import { shifted } from '../inside/parts_off.js';
import { InsideViews } from '../inside/views.js';
import { ask, parse } from '../lib/host.js';
import { legend, MEASURES, summary } from '../lib/shades.js';
import { briefNote, takeOut } from '../saving/take_out.js';
import { textFile } from '../saving/text_file.js';
import { forksOf } from './branch_tree.js';
import { drawBranches } from './branch_view.js';
import { spansAt } from './copied.js';
import { CopiedView } from './copied_view.js';
import { drawHint, drawPanel, drawStages } from './panel_view.js';
import { statusParts } from './status_line.js';
import { StripView } from './strip_view.js';
import { plainText, sightOf, TokenLog } from './token_log.js';

/** @typedef {import('../lib/host.js').Host} Host */
/** @typedef {import('../lib/shades.js').MeasureName} MeasureName */
/** @typedef {import('./token_log.js').Branch} Branch */

const LONGEST_RECEIPT_BYTES = 2e6;

/** @param {Host} host */
export function mount(host) {
  const widget = new TokenStrip(host);
  host.watch('value', () => widget.update());
  widget.update();
}

class TokenStrip {
  #host;
  #log = new TokenLog();
  /** Index of the open token; -1 for none. */
  #opened = -1;
  /** Whether an event is on its way that the server has not answered yet. */
  #asked = false;
  /** Whether Stop was pressed. */
  #stopping = false;
  /** The branch that was in view after the last update. */
  #lastView = 0;
  /** What each part was last drawn for. @type {Map<string, string>} */
  #drawnFor = new Map();
  /** The length at which each branch was last looked up in the training text. @type {WeakMap<Branch, number>} */
  #lookedUp = new WeakMap();

  /** @param {Host} host */
  constructor(host) {
    this.#host = host;
    const { element } = host;
    this.measure = part(element, '.desk-measure', HTMLSelectElement);
    this.spaces = part(element, '.desk-spaces', HTMLInputElement);
    this.panel = part(element, '.token-panel');
    this.actions = part(element, '.desk-actions');
    this.write = part(element, '.desk-write', HTMLButtonElement);
    this.stop = part(element, '.desk-stop', HTMLButtonElement);
    this.more = part(element, '.desk-more', HTMLButtonElement);
    this.note = briefNote(part(element, '.receipt-note'));
    this.copied = new CopiedView(part(element, '.copied'), () => this.#redrawCopied());
    this.strip = new StripView(part(element, '.strip'), {
      open: (i, focus) => this.open(i, focus),
      close: () => this.close(),
      walk: (i) => {
        if (this.#opened >= 0) this.open(i);
      },
      point: (token) => setText(this.#part('.status-pointer'), token ? summary(token) : ''),
    });
    this.inside = new InsideViews({
      server: host.server,
      open: (i) => this.open(this.#sightFrom + i),
      writeOn: (off) => this.#writeOn(off),
    });
    this.#listenToButtons();
    this.#listenToLook();
    standBeside(element, this.actions);
  }

  /** Take in the widget's value. */
  update() {
    const text = this.#host.props.value ?? '';
    if (text === this.#log.text && text) return;
    const appended = this.#log.read(text);
    this.#asked = false;
    if (!appended) this.#opened = -1;
    this.#draw(!appended || this.#log.view !== this.#lastView);
    this.#lastView = this.#log.view;
  }

  /** Open token `i`, if there is one. @param {number} i @param {boolean} [focus] */
  open(i, focus = false) {
    if (!this.#log.tokens[i]) return;
    const wasOpen = this.#opened >= 0;
    this.#opened = i;
    this.strip.rove(i, focus);
    this.#draw(false);
    if (!this.#isSheet) return;
    this.strip.bringIntoView(i);
    if (!wasOpen) part(this.panel, '.panel-close').focus({ preventScroll: true });
  }

  /** Close the open token; the focus goes back to it from the panel. */
  close() {
    const isInside = this.panel.contains(document.activeElement);
    const opened = this.#opened;
    this.#opened = -1;
    this.#draw(false);
    if (isInside) this.strip.rove(opened, true);
  }

  /** Whether the panel lies over the page, as it does on a narrow screen. */
  get #isSheet() {
    return getComputedStyle(this.panel).position === 'fixed';
  }

  get #isBusy() {
    return this.#asked || this.#log.job !== null;
  }

  /** @returns {import('./strip_view.js').Look} */
  get #look() {
    return { measure: /** @type {MeasureName} */ (this.measure.value), spaces: this.spaces.checked };
  }

  /** @param {string} selector */
  #part(selector) {
    return part(this.#host.element, selector);
  }

  // ---- what the reader does ----------------------------------------------------------------------------------------

  #listenToButtons() {
    const { element } = this.#host;
    this.write.addEventListener('click', () => {
      this.#opened = -1;
      this.#send('write');
    });
    this.more.addEventListener('click', () => this.#send('more'));
    this.stop.addEventListener('click', () => {
      this.#stopping = true;
      this.#drawActions();
    });
    this.panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
    for (const button of parts(element, '[data-copy]')) {
      const action = /** @type {import('../saving/take_out.js').Action} */ (button.dataset.copy);
      button.addEventListener('click', () => this.#takeOut(action));
    }
    const file = part(element, '.receipt-file', HTMLInputElement);
    this.#part('.receipt-open').addEventListener('click', () => file.click());
    file.addEventListener('change', () => this.#restore(file));
  }

  #listenToLook() {
    this.measure.append(...Object.keys(MEASURES).map((name) => node('option', { value: name, text: name })));
    this.measure.addEventListener('change', () => {
      this.#drawLegend();
      this.strip.recolour(this.#look);
    });
    this.spaces.addEventListener('change', () => this.#draw(true));
    this.#drawLegend();
  }

  /** Raise an event that makes the server write; what was pressed shows at once. @param {string} event */
  #send(event) {
    if (this.#isBusy) return;
    this.#asked = true;
    this.#stopping = false;
    this.#log.error = '';
    this.#draw(false);
    bringIntoView(this.actions);
    this.#host.trigger(event);
  }

  /**
   * Put token `id` in place of token `i`: the server continues from there on a new branch.
   * @param {number} i
   * @param {number} id
   */
  #take(i, id) {
    if (this.#isBusy) return;
    this.#append({ kind: 'ask', branch: this.#log.view, at: i, id });
    this.#send('ask');
  }

  /** Write on from the open token, which is chosen anew, with parts of the model off. @param {string} off */
  #writeOn(off) {
    if (this.#isBusy) return;
    const at = this.#opened;
    const { i } = this.#log.tokens[at];
    this.#append({ kind: 'ask', branch: this.#log.view, at, id: i, off: shifted(off, this.#sightFrom) });
    this.#send('ask');
  }

  /**
   * Add a line to the log, which the server gets with the next event.
   * @param {{ kind: string, [field: string]: unknown }} line
   */
  #append(line) {
    const text = this.#log.with(line);
    this.#host.props.value = text;
    this.#log.read(text);
    this.#draw(line.kind === 'view');
  }

  /** @param {import('../saving/take_out.js').Action} action */
  async #takeOut(action) {
    const { text, head, tokens } = this.#log;
    const isHere = action === 'text' || action === 'page';
    const forms = isHere ? { text: plainText(tokens), page: this.#page() } : await ask(this.#host.server.receipt, { log: text });
    await takeOut(action, forms, `${head.run}-${head.step}`, this.note);
  }

  /** The text with its colours, as an HTML file. */
  #page() {
    const { tokens, head: { run, step, vocab_size: vocabSize } } = this.#log;
    const about = { title: `${run}, step ${step}`, measure: this.#look.measure, legend: this.#part('.legend'), tokens, vocabSize };
    return textFile(this.#part('.strip'), about);
  }

  /** Open a receipt. @param {HTMLInputElement} input */
  async #restore(input) {
    const file = input.files?.[0];
    input.value = ''; // so that the same file can be opened again
    if (!file || this.#isBusy) return;
    if (file.size > LONGEST_RECEIPT_BYTES) {
      this.note('This file is too large for a receipt; choose another one.');
      return;
    }
    const receipt = await file.text();
    this.#append({ kind: 'restore', receipt });
    this.#send('restore');
    const beams = /** @type {HTMLElement | null} */ (document.querySelector('[data-tab-id=beams]'));
    if (parse(receipt)?.beams) beams?.click();
  }

  // ---- drawing -----------------------------------------------------------------------------------------------------

  /** Bring everything in line with the log. @param {boolean} anew  make the nodes of all tokens again */
  #draw(anew) {
    const { branch, branches, tokens, view, head } = this.#log;
    const busy = this.#isBusy;
    this.#drawText(anew);
    const state = `${head.job} ${view} ${busy} ${!!branch?.copied} ${branches.length}`;
    this.#whenNew('.branches', `${state} ${busy || tokens.length}`, (tree) =>
      drawBranches(tree, { branches, view, busy }, (id) => this.#append({ kind: 'view', branch: id })),
    );
    this.#whenNew('.token-panel', `${state} ${this.#opened}`, () => this.#drawPanel());
    this.#drawActions();
    if (!busy && branch) this.#lookUp(branch);
    setText(this.#part('.strip-plain'), busy ? '' : plainText(tokens));
  }

  /** @param {boolean} anew */
  #drawText(anew) {
    const { branch, branches, tokens, head } = this.#log;
    const busy = this.#isBusy;
    if (anew || !this.strip.continues(tokens)) this.#opened = Math.min(this.#opened, tokens.length - 1);
    this.strip.show(tokens, { look: this.#look, busy, anew });
    this.strip.select(this.#opened);
    this.#part('.strip-empty').hidden = tokens.length > 0 || busy;
    this.strip.markForks(branch ? forksOf(branches, branch) : []);
    this.#drawCopied();
    this.#markSight();
    const status = branch ? statusParts(branch, { busy, weights: head.weights, now_ms: performance.now() }) : [];
    this.#part('.status-text').replaceChildren(...status.flatMap((text, k) => (k ? [' · ', text] : [text])));
    setText(this.#part('.status-by'), tokens.length ? `by ${head.run}, step ${whole(head.step)}` : '');
    this.#part('.with-text').hidden = !tokens.length || busy;
  }

  #drawCopied() {
    this.copied.show(this.#log.branch);
    this.strip.markCopied(this.copied.spans);
  }

  #redrawCopied() {
    this.#drawCopied();
    this.#drawPanel();
  }

  /** Mark where that begins which the model sees when it chooses the open token, or else the next one. */
  #markSight() {
    const { branch, tokens } = this.#log;
    const opened = tokens[this.#opened];
    this.strip.markSight(opened ? (opened.s ?? 0) : branch ? sightOf(branch).first : 0);
  }

  #drawPanel() {
    const { tokens, head } = this.#log;
    const i = this.#opened;
    const token = tokens[i];
    if (!token) {
      drawHint(this.panel, tokens.length > 0);
      return;
    }
    this.#showInside();
    const spans = spansAt(this.copied.spans, i);
    const opened = { token, i, vocabSize: head.vocab_size, busy: this.#isBusy, spans, inside: this.inside.root };
    drawPanel(this.panel, opened, {
      open: (to) => this.open(to),
      close: () => this.close(),
      take: (at, id) => this.#take(at, id),
    });
    if (token.q != null) drawStages(this.panel, () => ask(this.#host.server.stages, this.#log.stagesQuery(i)));
  }

  /** Index of the first token that the model saw when it chose the open one. */
  get #sightFrom() {
    return this.#log.tokens[this.#opened]?.s ?? 0;
  }

  #showInside() {
    const { tokens, head } = this.#log;
    const first = this.#sightFrom;
    const seen = tokens.slice(first, this.#opened + 1);
    const place = seen.length - 1;
    const { run, step, weights } = head;
    this.inside.show({
      query: { run, step: String(step), weights, source: 'ids', ids: seen.map((token) => token.i), place },
      link: { text: plainText(seen), at: place },
    });
  }

  #drawActions() {
    const busy = this.#isBusy;
    const { write, stop, more } = this;
    const focused = document.activeElement;
    write.hidden = busy;
    stop.hidden = !busy;
    stop.disabled = this.#stopping;
    more.disabled = busy || !this.#log.tokens.length;
    if (busy && focused === write) stop.focus();
    if (!busy && focused === stop) write.focus();
    setText(this.#part('.desk-error'), this.#log.error);
    if (!busy) this.#stopping = false;
    const { job } = this.#log;
    if (this.#stopping && job) ask(this.#host.server.stop, { job });
  }

  #drawLegend() {
    const { measure } = this.#look;
    const [low, high] = MEASURES[measure].ends;
    setText(this.#part('.legend-low'), low);
    setText(this.#part('.legend-high'), high);
    const steps = legend(measure).map(({ colour, text }) =>
      node('span', { style: `background: ${colour}`, title: text }),
    );
    this.#part('.legend-steps').replaceChildren(...steps);
  }

  /**
   * Draw a part only if `state` is another one than last time; the button that has the focus keeps it.
   * @param {string} selector
   * @param {string} state
   * @param {(host: HTMLElement) => void} work
   */
  #whenNew(selector, state, work) {
    if (this.#drawnFor.get(selector) === state) return;
    this.#drawnFor.set(selector, state);
    const host = this.#part(selector);
    const place = parts(host, 'button').indexOf(/** @type {HTMLElement} */ (document.activeElement));
    work(host);
    if (place >= 0) parts(host, 'button')[place]?.focus();
  }

  /** Ask where a text that is complete was copied from; the answer becomes a line of the log. @param {Branch} branch */
  async #lookUp(branch) {
    const { tokens, end, copied } = branch;
    const length = tokens.length;
    if (!end || copied || this.#lookedUp.get(branch) === length) return;
    this.#lookedUp.set(branch, length);
    const { run, step } = this.#log.head;
    const answer = await ask(this.#host.server.copied, { run, step, ids: tokens.map((token) => token.i) });
    const unchanged = !this.#isBusy && this.#log.branch === branch && branch.tokens.length === length;
    if (answer.error === undefined && unchanged) this.#append({ kind: 'copied', branch: branch.id, ...answer });
  }
}
