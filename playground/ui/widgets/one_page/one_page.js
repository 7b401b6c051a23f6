// A run as one page, without a server: its curves with a slider through the training, what it wrote and guessed at each
// evaluation, and a text of the trained model whose tokens can be opened.

import { node, part, setText } from '../lib/dom.js';
import { legend, MEASURES } from '../lib/shades.js';
import { Curves } from '../live/curves.js';
import { evaluationAfter, evaluationAt, Moment } from '../live/moment.js';
import { momentText, Probe } from '../live/probe.js';
import { Replay } from '../live/replay.js';
import { aboutText } from '../live/status.js';
import { StripView } from '../token_strip/strip_view.js';
import { drawHint, drawToken } from './alternatives.js';
import { lead, recordOf, withoutText, writtenText } from './content.js';

/** @typedef {import('./content.js').Content} Content */
/** @typedef {import('../live/record.js').RunRecord} RunRecord */

const MEASURE = 'probability';

/** Show a run. @param {HTMLElement} view  holds the page's template @param {Content} content */
export function show(view, content) {
  const record = recordOf(content);
  setText(part(view, '.op-name'), content.run);
  setText(part(view, '.op-about'), aboutText(content.about, record.session));
  setText(part(view, '.op-lead'), lead(content, record));
  const facts = content.facts.map(([label, value]) => node('div', {}, node('dt', { text: label }), node('dd', { text: value })));
  part(view, '.op-facts').replaceChildren(...facts);
  const training = new Training(view, content, record);
  part(view, 'details').addEventListener('toggle', () => training.draw());
  showText(view, content);
}

/** Curves, prose and guesses with one moment. */
class Training {
  #record;
  #about;
  #moment = new Moment();
  #curves;
  #probe;

  /** @param {HTMLElement} view @param {Content} content @param {RunRecord} record */
  constructor(view, { about }, record) {
    this.#record = record;
    this.#about = about;
    this.#curves = new Curves(view, {
      pick: (epoch) => this.#moveTo(evaluationAt(record.evals, epoch)),
      key: (key) => this.#moveByKey(key),
    });
    this.#probe = new Probe(view, (index) => this.#moveTo(index));
    const replay = new Replay(part(view, '.lv-replay', HTMLButtonElement), (index) => this.#moveTo(index));
    replay.draw(true, record.evals.length);
    this.#moment.setCount(record.evals.length);
    this.draw();
  }

  draw() {
    const { session } = this.#record;
    const epochs = session ? session.total_steps / session.steps_per_epoch : this.#about.epochs;
    this.#curves.draw(this.#record, { epochs, pin: this.#pin(), vocabularySize: this.#about.vocab_size });
    this.#drawMoment();
  }

  /** The epoch of the moment; null for the last one. */
  #pin() {
    const { index, follows } = this.#moment;
    return follows ? null : this.#record.evals[index].epoch;
  }

  #drawMoment() {
    const { evals } = this.#record;
    const { index } = this.#moment;
    this.#probe.draw(this.#record, index, this.#about.start_context);
    this.#curves.sayMoment(index, evals.length, momentText(evals[index]));
  }

  /** @param {number} index */
  #moveTo(index) {
    this.#moment.move(index);
    this.#curves.mark(this.#pin());
    this.#drawMoment();
  }

  /** @param {string} key */
  #moveByKey(key) {
    const to = evaluationAfter(key, this.#moment.index, this.#record.evals.length);
    if (to === undefined) return false;
    this.#moveTo(to);
    return true;
  }
}

/** The text of the trained model; or why there is none. @param {HTMLElement} view @param {Content} content */
function showText(view, { text, text_error }) {
  const { tokens, vocabSize } = writtenText(text);
  const none = part(view, '.op-no-text');
  setText(none, tokens.length ? '' : withoutText(text_error));
  none.hidden = tokens.length > 0;
  part(view, '.op-why').hidden = part(view, '.op-text').hidden = !tokens.length;
  if (!tokens.length) return;
  const panel = part(view, '.token-panel');
  const open = (/** @type {number} */ i, focus = false) => {
    if (!tokens[i]) return;
    strip.rove(i, focus);
    strip.select(i);
    drawToken(panel, tokens[i], i, { vocabSize, open, close });
  };
  const close = () => {
    strip.select(-1);
    drawHint(panel);
  };
  const walk = (/** @type {number} */ i) => panel.classList.contains('open') && open(i);
  const strip = new StripView(part(view, '.strip'), { open, close, walk, point() {} });
  strip.show(tokens, { look: { measure: MEASURE, spaces: false }, busy: false, anew: true });
  drawHint(panel);
  showLegend(view);
}

/** @param {HTMLElement} view */
function showLegend(view) {
  const [low, high] = MEASURES[MEASURE].ends;
  setText(part(view, '.op-low'), low);
  setText(part(view, '.op-high'), high);
  part(view, '.op-steps').replaceChildren(...legend(MEASURE).map(({ colour }) => node('i', { style: `background: ${colour}` })));
}
