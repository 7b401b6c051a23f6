// The widget: texts side by side, one column each, and a slider over them where they are steps of a run.

import { bringIntoView, standBeside } from '../desk/beside_prompt.js';
import { node, part, saveFile, setText } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { leadingSpace, probabilityShade, summary } from '../lib/shades.js';
import { GrownView } from './grown_view.js';
import { LaneLog, savedTexts } from './lane_log.js';
import { partedAt, scoreRows } from './scores.js';

/** @typedef {import('./lane_log.js').Lane} Lane */
/** @typedef {import('./lane_log.js').Token} Token */

const STARS = 5;

/** @param {import('../lib/host.js').Host} host */
export function mount(host) {
  const widget = new Lanes(host);
  host.watch('value', () => widget.update());
  widget.update();
}

class Lanes {
  #host;
  #log = new LaneLog();
  /** The lanes that have columns now. @type {Lane[]} */
  #shown = [];
  /** @type {Column[]} */
  #columns = [];
  /** Stars by lane. @type {Map<number, number>} */
  #ratings = new Map();
  /** Whether an event is on its way that the server has not answered yet. */
  #asked = false;
  /** Whether Stop was pressed. */
  #stopping = false;

  /** @param {import('../lib/host.js').Host} host */
  constructor(host) {
    this.#host = host;
    this.grid = part(host.element, '.lanes-grid');
    this.grown = new GrownView(part(host.element, '.grown'), {
      token: (token) => tokenNode(token),
      scores: scoreNodes,
      chosen: (lane) => this.#bringIntoView(lane),
    });
    this.actions = part(host.element, '.desk-actions');
    this.write = part(this.actions, '.lanes-write');
    this.stop = part(this.actions, '.desk-stop', HTMLButtonElement);
    this.write.addEventListener('click', () => this.#write());
    this.#part('.lanes-save').addEventListener('click', () => this.#save());
    this.stop.addEventListener('click', () => {
      this.#stopping = true;
      this.#draw();
    });
    standBeside(host.element, this.actions);
  }

  /** Take in the widget's value. */
  update() {
    this.#log.read(this.#host.props.value ?? '');
    this.#asked = false;
    this.#draw();
  }

  /** @param {string} selector */
  #part(selector) {
    return part(this.#host.element, selector);
  }

  #write() {
    if (this.#asked || this.#log.job !== null) return;
    this.#asked = true;
    this.#log.error = '';
    this.#draw();
    bringIntoView(this.actions);
    this.#host.trigger('write');
  }

  #save() {
    const saved = savedTexts(this.#log, this.#ratings);
    saveFile(`${saved.run}-${saved.step}.texts.json`, JSON.stringify(saved, null, 1), 'application/json');
  }

  #draw() {
    if (this.#shown !== this.#log.lanes) this.#begin();
    for (const column of this.#columns) column.grow();
    this.grown.draw();
    const { job, error, lanes, head } = this.#log;
    const busy = this.#asked || job !== null;
    const hadFocus = this.actions.contains(document.activeElement);
    this.write.hidden = busy;
    this.stop.hidden = !busy;
    this.stop.disabled = busy && this.#stopping;
    if (hadFocus) (busy ? this.stop : this.write).focus();
    setText(this.#part('.lanes-note'), head?.note ?? '');
    this.#part('.lanes-note').hidden = !head?.note;
    this.#part('.lanes-save').hidden = busy || !lanes.length;
    setText(this.#part('.desk-error'), error);
    setText(this.#part('.lanes-status'), busy ? 'Writing …' : '');
    this.grid.setAttribute('aria-busy', String(busy));
    if (this.#stopping && job) ask(this.#host.server.stop, { job });
    if (!busy) this.#stopping = false;
  }

  /** Make columns for new texts. */
  #begin() {
    const { lanes, head, bySteps } = this.#log;
    this.#shown = lanes;
    this.#ratings.clear();
    const rate = head?.rated
      ? (/** @type {number} */ lane, /** @type {number} */ n) => this.#ratings.set(lane, n)
      : null;
    this.#columns = lanes.map((lane) => new Column(lane, bySteps, rate));
    this.grid.replaceChildren(...this.#columns.map((column) => column.node));
    this.grown.begin(bySteps ? lanes : [], head?.prompt ?? '');
    this.grid.classList.toggle('row', bySteps);
    if (bySteps)
      this.grid.setAttribute('tabindex', '0'); // a row that scrolls is scrolled by keyboard, too
    else this.grid.removeAttribute('tabindex');
  }

  /** @param {Lane} chosen */
  #bringIntoView(chosen) {
    for (const { lane, node: column } of this.#columns) {
      column.classList.toggle('here', lane === chosen);
      if (lane === chosen) this.grid.scrollLeft = column.offsetLeft - this.grid.offsetLeft;
    }
  }
}

/** One text. */
class Column {
  #bySteps;
  #text;
  #foot = node('dl', { class: 'lane-score' });
  /** Number of tokens drawn. */
  #count = 0;

  /**
   * @param {Lane} lane
   * @param {boolean} bySteps
   * @param {((lane: number, stars: number) => void) | null} rate  null where texts are not rated
   */
  constructor(lane, bySteps, rate) {
    this.lane = lane;
    this.#bySteps = bySteps;
    this.#text = node('p', { class: 'lane-text written', 'aria-label': `Text: ${lane.title}` });
    const head = [node('h3', { text: lane.title }), node('p', { class: 'lane-note', text: lane.note })];
    const stars = rate ? [starRow(lane.number, (n) => rate(lane.number, n))] : [];
    this.node = node('article', { class: 'lane' }, ...head, this.#text, ...stars, this.#foot);
  }

  /** Draw the tokens that are new, and the scores once they are there. */
  grow() {
    const { tokens, old, parted, number, score } = this.lane;
    if (old) setText(this.#text, old);
    this.#text.append(...tokens.slice(this.#count).map((token, i) => tokenNode(token, parted === this.#count + i)));
    this.#count = tokens.length;
    if (!score || this.#foot.childElementCount) return;
    if (number > 0 && !this.#bySteps) {
      this.#foot.append(node('dt', { text: 'Differs from' }), node('dd', { text: partedAt(this.lane) }));
    }
    this.#foot.append(...scoreNodes(this.lane));
  }
}

/** One to five stars, as radio buttons. @param {number} lane @param {(n: number) => void} rate */
function starRow(lane, rate) {
  const group = node('fieldset', { class: 'stars' }, node('legend', { class: 'sr', text: 'Rating' }));
  for (let n = 1; n <= STARS; n++) {
    const label = `${n} of ${STARS}`;
    const input = node('input', {
      type: 'radio',
      name: `stars-${lane}`,
      value: n,
      'aria-label': label,
      onchange: () => rate(n),
    });
    group.append(node('label', {}, input, node('span', { 'aria-hidden': 'true', text: '★' })));
  }
  return group;
}

/**
 * A coloured token; `parts` marks the first one that differs from the first text.
 * @param {Token} token
 * @param {boolean} [parts]
 */
function tokenNode(token, parts = false) {
  const space = leadingSpace(token.t);
  const glyphs = node('span', {
    class: token.t.trim() ? 'glyphs' : 'glyphs sliver',
    text: token.t.slice(space.length),
  });
  const title = summary(token) + (parts ? '; from here on it differs from the first text' : '');
  const style = `--shade: ${probabilityShade(token.p)}`;
  return node('span', { class: parts ? 'tok parts' : 'tok', title, style }, space, glyphs);
}

/** A lane's numbers as the children of a list. @param {Lane} lane */
function scoreNodes({ score }) {
  return scoreRows(score).flatMap(({ name, value, help }) => [
    node('dt', { text: name, title: help }),
    node('dd', { text: value, title: help }),
  ]);
}
