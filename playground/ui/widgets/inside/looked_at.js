// The text shaded by attention: what the model looked at before it said a token. Long texts stay readable, because the
// view is the text itself.

import { node, part, setText } from '../lib/dom.js';
import { formatProbability, quoted } from '../lib/shades.js';
import { StripView } from '../token_strip/strip_view.js';
import { drawHeads, markHead, nameHeads } from './heads_view.js';
import { lookedSentence, WHY, whoseName } from './words.js';

/** @typedef {import('./words.js').Look} Look */
/** @typedef {import('./words.js').Whose} Whose */
/** @typedef {import('../lib/shades.js').Texts} Texts */

const DARKEST_PCT = 45; // of the shade: text on it keeps a contrast above 5

export class LookedAt {
  #strip;
  #choose;
  #select;
  /** @type {Texts[]} */ #texts = [];
  #drawnFor = '';

  /**
   * @param {HTMLElement} root  an empty section
   * @param {{ choose: (whose: Whose) => void, open: (i: number) => void }} actions  `i` counts in the text that is shown
   */
  constructor(root, { choose, open }) {
    this.root = root;
    this.#choose = choose;
    this.#select = node('select', { class: 'in-whose' });
    this.#select.addEventListener('change', () => choose(JSON.parse(this.#select.value)));
    root.append(
      node('div', { class: 'in-bar' },
        node('label', {}, 'Attention of ', this.#select),
        node('span', { class: 'in-legend', 'aria-hidden': 'true' }, '0', node('i'), node('span', { class: 'in-most' }))),
      node('div', { class: 'in-text written', role: 'listbox', 'aria-label': 'What the model saw, shaded by attention; Enter opens a token' }),
      node('p', { class: 'in-say', 'aria-live': 'polite' }),
      node('p', { class: 'in-why', text: WHY.looked }),
      node('h4', { text: 'Every head at this place' }),
      node('div', { class: 'in-heads' }),
    );
    this.#strip = new StripView(part(root, '.in-text'), { open, close: () => {}, walk: () => {}, point: () => {} });
  }

  /**
   * Show the text of a look, and whose attention its `row` is. `texts` are the tokens to show, if more than the model saw, which
   * begins at `first` of them.
   * @param {Look} look
   * @param {Whose} whose
   * @param {{ texts: Texts[], first: number } | null} around
   */
  draw(look, whose, around) {
    const { texts, first } = around ?? { texts: look.seen, first: 0 };
    const key = JSON.stringify([texts.map((token) => token.t), first]);
    if (key !== this.#drawnFor || texts.length !== this.#texts.length) {
      this.#strip.show(/** @type {any} */ (texts), { look: { measure: 'probability', spaces: false }, busy: false, anew: true });
      this.#drawnFor = key;
      this.#texts = texts;
      this.#strip.rove(Math.min(texts.length, first + look.seen.length) - 1, false);
    }
    this.drawRow(look, whose, first);
  }

  /** Show the heads, as pictures and as a list. @param {Look} look @param {Whose} whose */
  drawHeads(look, whose) {
    this.#drawSelect(look);
    drawHeads(part(this.root, '.in-heads'), look, this.#choose);
    this.#mark(whose);
  }

  /** Show another head's attention, which is in `row`. @param {Look} look @param {Whose} whose @param {number} first */
  drawRow(look, whose, first) {
    this.#shade(look, first);
    this.#mark(whose);
    setText(part(this.root, '.in-say'), lookedSentence(look, whose));
  }

  /** @param {Whose} whose */
  #mark({ layer, head }) {
    this.#select.value = JSON.stringify({ layer, head });
    markHead(part(this.root, '.in-heads'), { layer, head });
  }

  /** Say what the heads do. @param {Look} look @param {string[][]} names */
  name(look, names) {
    nameHeads(part(this.root, '.in-heads'), look, names);
    for (const option of this.#select.options) {
      const { layer, head } = JSON.parse(option.value);
      const name = layer !== null && head !== null ? names[layer]?.[head] : '';
      setText(option, `${whoseName({ layer, head })}${name ? ` (${name})` : ''}`);
    }
  }

  /** @param {Look} look @param {number} first */
  #shade({ row, seen }, first) {
    const most = Math.max(...row, 1e-9);
    const text = part(this.root, '.in-text');
    for (const [i, token] of [...text.children].entries()) {
      const share = row[i - first];
      const isSeen = share !== undefined;
      token.classList.remove('unscored');
      token.classList.toggle('in-unseen', !isSeen);
      /** @type {HTMLElement} */ (token).style.setProperty('--shade', isSeen ? shadeOf(share / most) : 'transparent');
      const name = quoted(this.#texts[i]);
      const title = isSeen ? `looked at ${formatProbability(share)}` : 'not seen here';
      token.setAttribute('title', title);
      token.setAttribute('aria-label', `${name}, ${title}`);
    }
    this.#strip.select(first + seen.length);
    setText(part(this.root, '.in-most'), formatProbability(most));
  }

  /** @param {Look} look */
  #drawSelect({ layers, heads }) {
    if (this.#select.options.length === 1 + layers * (1 + heads)) return;
    const options = [{ layer: null, head: null }, ...Array.from({ length: layers }, (_, layer) =>
      [null, ...Array.from({ length: heads }, (__, head) => head)].map((head) => ({ layer, head }))).flat()];
    this.#select.replaceChildren(...options.map((whose) => node('option', { value: JSON.stringify(whose), text: whoseName(whose) })));
  }
}

/** The CSS colour of a share of the largest attention. @param {number} share */
export const shadeOf = (share) => `color-mix(in srgb, var(--pg-6) ${(DARKEST_PCT * share).toFixed(1)}%, transparent)`;
