// The bar of progress, and the tiles with the latest numbers.

import { part, setText } from '../lib/dom.js';
import { peakHelp, progress, tileTexts } from './readings.js';

export class Tiles {
  #view;
  #bar;

  /** @param {HTMLElement} view */
  constructor(view) {
    this.#view = view;
    this.#bar = part(view, '.lv-progress');
  }

  /** @param {import('./record.js').RunRecord} record @param {import('./status.js').Status} status */
  draw(record, status) {
    const { share } = progress(record, status);
    part(this.#bar, 'i').style.transform = `scaleX(${share})`;
    this.#bar.setAttribute('aria-valuenow', String(Math.round(100 * share)));
    for (const [name, text] of Object.entries(tileTexts(record, status))) setText(part(this.#view, `.lv-${name}`), text);
    part(this.#view, '.lv-pace').title = peakHelp(record.session);
  }
}
