// Curves of several runs in one plot, over steps, epochs, tokens or time, and a table of the settings that differ.

import { node, part, parts, setText } from '../lib/dom.js';
import { loss } from '../lib/format.js';
import { Plot } from '../lib/plot/plot.js';
import { nearest } from '../lib/plot/scale.js';
import { saveChart } from '../saving/chart_file.js';
import { listenToMenu } from '../saving/save_menu.js';
import { bestMark, sentenceOf, seriesOf, xRangeOf } from './compared_curves.js';

/** @typedef {import('./compared_curves.js').Answer} Answer */

/**
 * What can be drawn, from the server: the curves of a run, of which `has_best` are marked at their lowest point, and the
 * axes. The first of each is chosen at first.
 * @typedef {object} Choices
 * @property {{ name: string, label: string, has_best: boolean }[]} curves
 * @property {{ name: string, label: string, title: string, is_whole: boolean }[]} axes
 * @property {number} max_compared  as many runs are drawn
 */

const ALONE = 'Tick another run to lay its curve over this one, or press What if? to train one with a single setting changed.';

export class Comparison {
  #card;
  #choices;
  #ask;
  #plot;
  #slider;
  #log;
  #curve;
  #axis;
  /** @type {string[]} */ #names = [];
  /** @type {Answer | null} */ #answer = null;
  /** Where the cursor is. @type {number | null} */ #at = null;

  /**
   * @param {HTMLElement} root
   * @param {Choices} choices
   * @param {(names: string[], axis: string) => Promise<import('../lib/host.js').Reply<Answer>>} ask
   */
  constructor(root, choices, ask) {
    this.#card = part(root, '.rc');
    this.#choices = choices;
    this.#ask = ask;
    this.#curve = choices.curves[0];
    this.#axis = choices.axes[0];
    this.#slider = this.#part('.rc-smooth input', HTMLInputElement);
    this.#log = this.#part('.rc-log input', HTMLInputElement);
    this.#plot = new Plot(this.#part('.rc-plot'), {
      label: 'Losses of the chosen runs',
      height: (width) => (width < 520 ? 260 : 340),
      yFormat: (value) => String(+value.toPrecision(4)),
      xTitle: this.#axis.title,
      onCursor: (x) => this.#move(x),
    });
    addSegments(this.#part('[data-name=what]'), choices.curves, (chosen) => {
      this.#curve = chosen;
      this.#draw();
    });
    addSegments(this.#part('[data-name=over]'), choices.axes, (chosen) => {
      this.#axis = chosen;
      this.refresh();
    });
    this.#slider.addEventListener('input', () => {
      setText(this.#part('.rc-smooth b'), this.#smoothing ? this.#smoothing.toFixed(2) : 'off');
      this.#draw();
    });
    this.#log.addEventListener('change', () => this.#draw());
    listenToMenu(this.#part('.sv details', HTMLDetailsElement));
    for (const button of parts(this.#card, '[data-chart]')) {
      button.addEventListener('click', () => this.#save(/** @type {import('../saving/chart_file.js').Format} */ (button.dataset.chart)));
    }
  }

  /** Draw the first of these runs; none hides the comparison. @param {string[]} names */
  show(names) {
    this.#names = names.slice(0, this.#choices.max_compared);
    this.#card.hidden = !this.#names.length;
    if (!this.#names.length) this.#answer = null;
    this.refresh();
  }

  /** Ask for the curves anew. */
  async refresh() {
    const names = this.#names;
    const axis = this.#axis;
    if (!names.length) return;
    const answer = await this.#ask(names, axis.name);
    if (answer.error !== undefined || names !== this.#names || axis !== this.#axis) return;
    this.#answer = answer;
    this.#draw();
    this.#drawDifferences(answer);
    setText(this.#part('.rc-verdict'), answer.titles.length === 1 ? ALONE : answer.verdict);
  }

  get #smoothing() {
    return +this.#slider.value;
  }

  #series() {
    return this.#answer ? seriesOf(this.#answer, this.#curve.name, this.#smoothing) : [];
  }

  #draw() {
    if (!this.#answer) return;
    const series = this.#series();
    const axis = this.#choices.axes.find(({ name }) => name === this.#answer?.over) ?? this.#axis;
    this.#plot.draw({
      xRange: xRangeOf(series),
      xWhole: axis.is_whole,
      xTitle: axis.title,
      log: this.#log.checked,
      series,
      marks: this.#curve.has_best ? series.flatMap(bestMark) : [],
    });
    this.#drawLegend();
  }

  /** Save the chart as it is drawn. @param {import('../saving/chart_file.js').Format} format */
  #save(format) {
    if (!this.#answer) return;
    const series = this.#series();
    const keys = series.map(({ name, colour, kind }) => ({ text: name, colour, kind }));
    const title = `${this.#curve.label} loss over ${this.#axis.title.toLowerCase()}`;
    const sentence = sentenceOf(this.#answer, series);
    saveChart({ svg: this.#plot.svg, title, sentence, keys }, format, `${this.#answer.runs.join('-').slice(0, 80)}-chart`);
  }

  /** @param {number | null} x */
  #move(x) {
    this.#at = x;
    this.#plot.cursor(x);
    this.#drawLegend();
  }

  /** The runs with their values at the cursor, or their last ones. */
  #drawLegend() {
    const at = this.#at;
    const items = this.#series().map(({ name, colour, kind, x, y, same }) => {
      const i = at === null ? y.length - 1 : nearest(x, at);
      return node('li', {}, node('i', { class: kind, style: `border-color:${colour}` }), node('span', { text: same ? `${name} (identical to ${same})` : name }),
        node('b', { text: loss(y[i]) }));
    });
    this.#part('.rc-legend').replaceChildren(...items);
  }

  /** @param {Answer} answer */
  #drawDifferences({ titles, differences }) {
    const isSeveral = titles.length > 1;
    this.#part('.rc-scroll').hidden = !differences.length;
    this.#part('h3').hidden = !isSeveral;
    const same = isSeveral && !differences.length;
    setText(this.#part('.rc-same'), same ? 'Nothing: these runs have the same settings and text.' : '');
    const heads = titles.map((text) => node('th', { scope: 'col', text }));
    const rows = differences.map(({ setting, values }) =>
      node('tr', {}, node('th', { scope: 'row', text: setting }), ...values.map((text) => node('td', { text }))));
    this.#part('.rc-scroll table').replaceChildren(
      node('thead', {}, node('tr', {}, node('th', { text: 'Setting' }), ...heads)),
      node('tbody', {}, ...rows),
    );
  }

  /**
   * @template {Element} [Kind=HTMLElement]
   * @param {string} selector
   * @param {new () => Kind} [kind]
   * @returns {Kind}
   */
  #part(selector, kind) {
    return part(this.#card, selector, kind);
  }
}

/**
 * Radio buttons for options, the first of them chosen.
 * @template {{ name: string, label: string }} Option
 * @param {HTMLElement} group
 * @param {Option[]} options
 * @param {(chosen: Option) => void} onChange
 */
function addSegments(group, options, onChange) {
  const name = `rc-${Math.random().toString(36).slice(2)}`; // another one for each instance of the widget
  group.append(...options.map((option, i) => {
    const settings = { type: 'radio', name, value: option.name, checked: i === 0, onchange: () => onChange(option) };
    return node('label', {}, node('input', settings), node('span', { text: option.label }));
  }));
}
