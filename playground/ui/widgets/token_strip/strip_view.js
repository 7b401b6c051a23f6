// The tokens of a text: coloured, underlined where copied, reachable by mouse and keyboard.

import { node } from '../lib/dom.js';
import { visible } from '../lib/format.js';
import { leadingSpace, shadeOf, summary } from '../lib/shades.js';
import { isScored } from './token_log.js';

/** @typedef {import('./token_log.js').Token} Token */
/** @typedef {import('./copied.js').Span} Span */

/**
 * How tokens look.
 * @typedef {object} Look
 * @property {import('../lib/shades.js').MeasureName} measure  what the colours mean
 * @property {boolean} spaces  whether white space is made visible
 */

/**
 * What the reader does with a token.
 * @typedef {object} Actions
 * @property {(i: number, focus: boolean) => void} open
 * @property {() => void} close
 * @property {(i: number) => void} walk  the focus moved to a token by keyboard
 * @property {(token: Token | null) => void} point  the pointer is on a token, or left the text
 */

const ORIGINS = { prompt: ', from the prompt', hand: ', taken by you', kept: '' };

/**
 * The node of token `i`. Its leading space and its line breaks stand outside the coloured part, so that words look like
 * words.
 * @param {Token} token
 * @param {number} i
 * @param {Look} look
 */
export function tokenNode(token, i, { measure, spaces }) {
  const made = node('span', { class: 'tok', role: 'option', tabindex: -1, 'data-i': i, 'aria-selected': 'false' });
  made.setAttribute('aria-label', summary(token) + (token.by ? ORIGINS[token.by] : ''));
  if (token.by) made.dataset.by = token.by;
  if (isScored(token)) made.style.setProperty('--shade', shadeOf(token, measure));
  else made.classList.add('unscored');
  const space = spaces ? '' : leadingSpace(token.t);
  const [first, ...lines] = token.t.slice(space.length).split('\n');
  made.append(space, glyphs(first, spaces, lines.length > 0));
  for (const [k, line] of lines.entries()) {
    made.append('\n');
    if (line || (spaces && k < lines.length - 1)) made.append(glyphs(line, spaces, k < lines.length - 1));
  }
  return made;
}

/**
 * The coloured part of a token; one that would be invisible is a sliver, so that it can be pressed.
 * @param {string} text
 * @param {boolean} spaces
 * @param {boolean} breaks  whether a line break follows
 */
function glyphs(text, spaces, breaks) {
  const shown = spaces ? visible(text) + (breaks ? '↵' : '') : text;
  return node('span', { class: shown.trim() ? 'glyphs' : 'glyphs sliver', text: shown });
}

/** Draws the tokens of one text into `root`, and reuses the nodes of those that are there already. */
export class StripView {
  #root;
  #actions;
  /** @type {Token[]} */
  #tokens = [];
  /** Number of nodes, and the token of the last one: what was drawn before may be kept if both still fit. */
  #drawn = { count: 0, last: /** @type {Token | undefined} */ (undefined) };
  #caret = node('span', { class: 'caret', 'aria-hidden': 'true' });
  /** Index of the first token that the model sees. */
  #horizon = 0;
  #selected = -1;
  /** @type {Element[]} */
  #forked = [];
  /** @type {Element[]} */
  #copied = [];

  /** @param {HTMLElement} root @param {Actions} actions */
  constructor(root, actions) {
    this.#root = root;
    this.#actions = actions;
    root.addEventListener('click', (event) => {
      const i = indexOf(event.target);
      if (i >= 0 && window.getSelection()?.isCollapsed) actions.open(i, true);
    });
    root.addEventListener('keydown', (event) => this.#press(event));
    root.addEventListener('pointerover', (event) => actions.point(this.#tokens[indexOf(event.target)] ?? null));
    root.addEventListener('pointerleave', () => actions.point(null));
  }

  /** Whether the nodes drawn before are the first ones of `tokens`. @param {Token[]} tokens */
  continues(tokens) {
    const { count, last } = this.#drawn;
    return tokens.length >= count && tokens[count - 1] === last;
  }

  /**
   * Show `tokens`; only those that are new get nodes, unless all are to be made `anew`.
   * @param {Token[]} tokens
   * @param {{ look: Look, busy: boolean, anew: boolean }} settings
   */
  show(tokens, { look, busy, anew }) {
    this.#tokens = tokens;
    if (anew || !this.continues(tokens)) this.#clear();
    const added = document.createDocumentFragment();
    for (let i = this.#drawn.count; i < tokens.length; i++) added.append(tokenNode(tokens[i], i, look));
    this.#drawn = { count: tokens.length, last: tokens.at(-1) };
    this.#caret.remove();
    this.#root.append(added);
    if (busy) this.#root.append(this.#caret);
    if (!this.#root.querySelector('[tabindex="0"]')) this.#root.querySelector('.tok')?.setAttribute('tabindex', '0');
    this.#root.setAttribute('aria-busy', String(busy));
    this.#root.hidden = !tokens.length;
  }

  /** Colour the tokens by another measure. @param {Look} look */
  recolour(look) {
    for (const [i, token] of this.#tokens.entries()) {
      if (isScored(token)) this.#at(i)?.style.setProperty('--shade', shadeOf(token, look.measure));
    }
  }

  /** Mark token `i` as the open one; none for -1. @param {number} i */
  select(i) {
    if (i === this.#selected) return;
    this.#at(this.#selected)?.setAttribute('aria-selected', 'false');
    this.#at(i)?.setAttribute('aria-selected', 'true');
    this.#selected = i;
  }

  /** Let the Tab key stop at token `i` only. @param {number} i @param {boolean} focus */
  rove(i, focus) {
    const to = this.#at(i);
    this.#root.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
    to?.setAttribute('tabindex', '0');
    if (focus) to?.focus();
  }

  /** Put a dot on every token before which another branch leaves. @param {number[]} forks */
  markForks(forks) {
    for (const marked of this.#forked) marked.classList.remove('forked');
    this.#forked = forks.flatMap((at) => this.#at(at) ?? []);
    for (const marked of this.#forked) marked.classList.add('forked');
  }

  /** Underline the spans. @param {Span[]} spans */
  markCopied(spans) {
    for (const marked of this.#copied) marked.classList.remove('copied-train', 'copied-val');
    this.#copied = [];
    for (const span of spans) {
      for (let i = span.start; i < span.end; i++) {
        const marked = this.#at(i);
        if (!marked) continue;
        marked.classList.add(`copied-${span.part}`);
        this.#copied.push(marked);
      }
    }
  }

  /** Mark token `first` as the first one that the model sees; none for 0. @param {number} first */
  markSight(first) {
    if (first === this.#horizon) return;
    for (const [i, isHere] of /** @type {[number, boolean][]} */ ([[this.#horizon, false], [first, first > 0]])) {
      const token = this.#at(i);
      token?.classList.toggle('horizon', isHere);
      if (isHere) token?.setAttribute('title', 'The model sees the text from here on.');
      else token?.removeAttribute('title');
    }
    this.#horizon = first;
  }

  /** Scroll token `i` into view, if it is not. @param {number} i */
  bringIntoView(i) {
    this.#at(i)?.scrollIntoView({ block: 'nearest' });
  }

  #clear() {
    this.#root.replaceChildren();
    this.#drawn = { count: 0, last: undefined };
    [this.#horizon, this.#selected, this.#forked, this.#copied] = [0, -1, [], []];
  }

  /** The node of token `i`. @param {number} i @returns {HTMLElement | undefined} */
  #at(i) {
    const found = this.#root.children[i];
    return found instanceof HTMLElement && found !== this.#caret ? found : undefined;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const i = indexOf(event.target);
    if (i < 0) return;
    const to = this.#neighbour(event.key, i);
    if (to >= 0 && to < this.#tokens.length) {
      event.preventDefault();
      this.rove(to, true);
      this.#actions.walk(to);
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#actions.open(i, false);
    }
    if (event.key === 'Escape') this.#actions.close();
  }

  /** The token that a key leads to from token `i`; -1 if there is none. @param {string} key @param {number} i */
  #neighbour(key, i) {
    if (key === 'ArrowRight') return i + 1;
    if (key === 'ArrowLeft') return i - 1;
    if (key === 'ArrowDown') return this.#inNextLine(i, 1);
    if (key === 'ArrowUp') return this.#inNextLine(i, -1);
    if (key === 'Home') return 0;
    return key === 'End' ? this.#tokens.length - 1 : -1;
  }

  /** The nearest token one line below (`direction` 1) or above (-1). @param {number} from @param {1 | -1} direction */
  #inNextLine(from, direction) {
    const here = this.#at(from)?.getBoundingClientRect();
    let best = { i: -1, distance: Number.POSITIVE_INFINITY, top: 0 };
    for (let i = from; here && i >= 0 && i < this.#tokens.length; i += direction) {
      const box = this.#at(i)?.getBoundingClientRect();
      if (!box || Math.abs(box.top - here.top) < 4) continue;
      if (best.i >= 0 && Math.abs(box.top - best.top) > 4) break; // two lines off
      const distance = Math.abs(box.left - here.left);
      if (distance < best.distance) best = { i, distance, top: box.top };
    }
    return best.i;
  }
}

/** The index of the token whose node contains `target`; -1 outside the tokens. @param {EventTarget | null} target */
function indexOf(target) {
  const found = target instanceof Element ? target.closest('[data-i]') : null;
  return found instanceof HTMLElement ? Number(found.dataset.i) : -1;
}
