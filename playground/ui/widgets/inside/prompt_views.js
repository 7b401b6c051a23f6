// A button that opens the views of the inside for a prompt, token by token: in the laboratory.

import { node, part } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { InsideViews } from './views.js';

/** @typedef {{ run: string, step: string, text: string }} Prompt */
/** @typedef {import('../lib/shades.js').Texts} Texts */

export class PromptViews {
  #root;
  #server;
  #button;
  /** @type {InsideViews | null} */ #views = null;
  #next = node('button', { type: 'button', class: 'link', text: 'The next word', hidden: true, onclick: () => this.#open(null) });
  /** @type {Prompt | null} */ #prompt = null;
  #askedFor = '';
  /** @type {{ tokens: Texts[], context: number }} */ #answer = { tokens: [], context: 1 };
  /** @type {number | null} */ #at = null;

  /** @param {HTMLElement} root  holds a button @param {Record<string, import('../lib/host.js').ServerFunction>} server */
  constructor(root, server) {
    this.#root = root;
    this.#server = server;
    this.#button = part(root, 'button', HTMLButtonElement);
    this.#button.addEventListener('click', () => this.#toggle());
  }

  /** Show a prompt under a run, or nothing. @param {Prompt | null} prompt */
  show(prompt) {
    this.#root.hidden = !prompt;
    if (JSON.stringify(prompt) !== JSON.stringify(this.#prompt)) this.#at = null;
    this.#prompt = prompt;
    this.#draw();
  }

  get #isOpen() {
    return this.#button.getAttribute('aria-expanded') === 'true';
  }

  #toggle() {
    this.#button.setAttribute('aria-expanded', String(!this.#isOpen));
    if (!this.#views) {
      this.#views = new InsideViews({ server: this.#server, open: (i) => this.#open(i) });
      part(this.#views.root, '.in-looked', HTMLDetailsElement).open = true;
      this.#root.append(this.#next, this.#views.root);
    }
    this.#draw();
  }

  /** @param {number | null} at  the token, null for the next one */
  #open(at) {
    if (at === 0) return; // nothing stands before it
    this.#at = at;
    this.#draw();
  }

  async #draw() {
    if (!this.#views) return;
    const prompt = this.#prompt;
    if (!prompt || !this.#isOpen) {
      this.#views.root.hidden = true;
      this.#next.hidden = true;
      return;
    }
    const key = JSON.stringify(prompt);
    if (key !== this.#askedFor) {
      this.#askedFor = key;
      /** @type {import('../lib/host.js').Reply<{ tokens: Texts[], context: number }>} */
      const answer = await ask(this.#server.tokens, prompt);
      if (key !== this.#askedFor) return;
      this.#answer = answer.error === undefined ? answer : { tokens: [], context: 1 };
    }
    const { tokens, context } = this.#answer;
    const end = this.#at ?? tokens.length;
    this.#next.hidden = this.#at === null;
    const { run, step, text } = prompt;
    this.#views.show({
      query: { run, step, source: 'prompt', text, ...(this.#at !== null && { place: this.#at }) },
      around: tokens.length ? { texts: tokens, first: Math.max(0, end - context) } : null,
      link: { text: '', at: this.#at },
    });
  }
}
