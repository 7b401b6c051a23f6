// The menu at the chart: the chart as it is drawn, the book's figure, and the run as one page.

import { bytesOfBase64, part, parts, saveFile, setText } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { listenToMenu } from '../saving/save_menu.js';

/** @typedef {import('../saving/svg_file.js').Drawing} Drawing */
/** @typedef {import('../lib/host.js').ServerFunction} ServerFunction */
/** A file in base64. @typedef {{ data: string, name: string, type: string }} Figure */

/**
 * What is saved, and where it is said why it cannot be.
 * @typedef {object} Source
 * @property {() => string} run
 * @property {() => Drawing} drawing
 * @property {(sentence: string) => void} say
 */

const NO_CHART = 'The chart could not be saved; try again.';
const NO_PAGE = 'The page could not be made; try again.';
const NO_FIGURE = 'The figure could not be made; try again.';

export class Saving {
  #buttons;
  #server;
  #source;
  #note;

  /** @param {HTMLElement} view @param {Record<string, ServerFunction>} server @param {Source} source */
  constructor(view, server, source) {
    const menu = part(view, '.sv details', HTMLDetailsElement);
    this.#buttons = parts(menu, 'button', HTMLButtonElement);
    this.#server = server;
    this.#source = source;
    this.#note = part(view, '.sv-note');
    listenToMenu(menu);
    for (const button of this.#buttons) button.addEventListener('click', () => this.#save(button.dataset));
  }

  /** @param {boolean} isEvaluated  whether there is anything to save */
  draw(isEvaluated) {
    for (const button of this.#buttons) button.disabled = !isEvaluated;
  }

  /** @param {DOMStringMap} what */
  async #save({ chart, figure }) {
    if (chart) return this.#saveChart(/** @type {import('../saving/chart_file.js').Format} */ (chart));
    return figure ? this.#saveFigure(figure) : this.#savePage();
  }

  /** @param {import('../saving/chart_file.js').Format} format */
  async #saveChart(format) {
    try {
      const { saveChart } = await import('../saving/chart_file.js'); // read when it is asked for, not on the first view
      await saveChart(this.#source.drawing(), format, `${this.#source.run()}-chart`);
    } catch {
      this.#source.say(NO_CHART);
    }
  }

  /** @param {string} format */
  async #saveFigure(format) {
    /** @type {import('../lib/host.js').Reply<Figure>} */
    const answer = await ask(this.#server.figure, { run: this.#source.run(), format }, NO_FIGURE);
    if (answer.error !== undefined) this.#source.say(answer.error);
    else saveFile(answer.name, bytesOfBase64(answer.data), answer.type);
  }

  async #savePage() {
    setText(this.#note, 'The page is being made …');
    try {
      const { savePage } = await import('../saving/page_file.js');
      const problem = await savePage(this.#server.save_page, this.#source.run());
      if (problem) this.#source.say(problem);
    } catch {
      this.#source.say(NO_PAGE);
    }
    setText(this.#note, '');
  }
}
