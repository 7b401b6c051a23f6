// Parts of the model switched off: what is off, what changes, and how the text would go on.

import { node, part, parts, saveFile, setText } from '../lib/dom.js';
import { signed } from '../lib/format.js';
import { ask } from '../lib/host.js';
import { formatProbability, quoted, tokenName } from '../lib/shades.js';
import { askUntilDone } from '../lib/unfinished.js';
import { partName, partsOf, toggled } from './parts_off.js';
import { effectSentence, mostLooked, WHY } from './words.js';

/** @typedef {import('./words.js').Look} Look */
/** @typedef {import('./words.js').Effect} Effect */
/** @typedef {import('../lib/host.js').ServerFunction} ServerFunction */
/** @typedef {{ whole: string, without: string, json: string }} Written */
/** @typedef {{ rows: [part: string, difference: number, gains: string][], tried: number }} Each */

const TOKENS = 8;

export class SwitchOff {
  #server;
  #actions;
  /** @type {Look | null} */ #look = null;
  #off = '';
  /** @type {object} */ #query = {};
  #calls = 0;

  /**
   * @param {HTMLElement} root  an empty section
   * @param {Record<string, ServerFunction>} server
   * @param {{ change: (off: string) => void, writeOn?: (off: string) => void }} actions
   */
  constructor(root, server, actions) {
    this.root = root;
    this.#server = server;
    this.#actions = actions;
    const button = (/** @type {string} */ name, /** @type {string} */ text, /** @type {() => void} */ onclick) =>
      node('button', { type: 'button', class: `in-b ${name}`, text, onclick });
    root.append(
      node('p', { class: 'in-why', text: WHY.off }),
      node('div', { class: 'in-switches' }),
      node('p', { class: 'in-say', 'aria-live': 'polite' }),
      node('p', { class: 'in-keys', 'aria-hidden': 'true' }, node('i', { class: 'with' }), 'whole model', node('i', { class: 'off' }), 'with these parts off'),
      node('ol', { class: 'in-bars' }),
      node('div', { class: 'in-buttons' },
        button('in-all-on', 'Switch all on', () => this.#actions.change('')),
        button('in-write', 'Write on without them', () => this.#write()),
        ...(actions.writeOn ? [button('in-branch', 'Write on as a branch', () => actions.writeOn?.(this.#off))] : []),
        button('in-each', 'Try every part alone', () => this.#tryEach())),
      node('div', { class: 'in-written', hidden: true }),
      node('div', { class: 'in-tried', hidden: true }),
      node('p', { class: 'in-problem', role: 'alert', hidden: true }),
    );
  }

  /** @param {Look} look @param {string} off @param {object} query  names the place */
  draw(look, off, query) {
    if (look !== this.#look) {
      this.#drawSwitches(look);
      part(this.root, '.in-tried').hidden = true;
    }
    const isNew = look !== this.#look || off !== this.#off;
    [this.#look, this.#off, this.#query] = [look, off, query];
    const chosen = partsOf(off);
    for (const button of parts(this.root, '[data-part]')) button.setAttribute('aria-pressed', String(chosen.includes(button.dataset.part ?? '')));
    for (const name of ['.in-all-on', '.in-write', '.in-branch']) {
      for (const button of parts(this.root, name, HTMLButtonElement)) button.disabled = !off;
    }
    if (!isNew) return;
    part(this.root, '.in-written').hidden = true;
    this.#ask();
  }

  /** @param {Look} look */
  #drawSwitches(look) {
    const layers = Array.from({ length: look.layers }, (_, layer) => node('div', { class: 'in-switch-row', role: 'group', 'aria-label': `Layer ${layer}` },
      node('span', { class: 'in-switch-name', text: `Layer ${layer}` }),
      this.#switch(`attention:${layer}`, 'attention'), this.#switch(`feed-forward:${layer}`, 'feed-forward'),
      ...Array.from({ length: look.heads }, (__, head) => this.#switch(`head:${layer}.${head}`, `head ${head}`))));
    const most = mostLooked(look.row.slice(0, -1), TOKENS).map(({ place }) => place);
    const other = node('select', { class: 'in-other', 'aria-label': 'Another token to switch off' }, node('option', { value: '', text: 'another token …' }));
    other.addEventListener('focus', () => fillTokens(other, look), { once: true });
    other.addEventListener('pointerdown', () => fillTokens(other, look), { once: true });
    other.addEventListener('change', () => {
      if (other.value) this.#actions.change(toggled(this.#off, other.value));
      other.value = '';
    });
    const tokens = node('div', { class: 'in-switch-row', role: 'group', 'aria-label': 'Earlier tokens' },
      node('span', { class: 'in-switch-name', text: 'Tokens' }),
      ...most.map((place) => this.#switch(`token:${place}`, quoted(look.seen[place]), look.seen)), look.seen.length > 1 ? other : '');
    part(this.root, '.in-switches').replaceChildren(tokens, ...layers);
  }

  /** @param {string} name  the part @param {string} text */
  #switch(name, text, seen = /** @type {Look['seen']} */ ([])) {
    return node('button', {
      type: 'button', class: 'in-switch', 'data-part': name, 'aria-pressed': 'false', text,
      'aria-label': `Switch off ${partName(name, seen)}`, onclick: () => this.#actions.change(toggled(this.#off, name)),
    });
  }

  async #ask() {
    const call = ++this.#calls;
    /** @type {import('../lib/host.js').Reply<Effect>} */
    const effect = await ask(this.#server.without, { ...this.#query, off: this.#off });
    if (call !== this.#calls || !this.#look) return;
    this.#say(effect.error ?? '');
    if (effect.error !== undefined) return;
    setText(part(this.root, '.in-say'), effectSentence(effect, this.#look));
    part(this.root, '.in-bars').replaceChildren(...effect.rows.map(([name, before, after, isChosen]) =>
      node('li', { class: isChosen ? 'in-chosen' : '' },
        node('span', { class: 'in-word', text: tokenName(name) }),
        node('span', { class: 'in-num', text: `${formatProbability(before)} → ${formatProbability(after)}` }),
        node('span', { class: 'in-pair' }, node('i', { class: 'with', style: `width:${100 * before}%` }), node('i', { class: 'off', style: `width:${100 * after}%` })))));
  }

  async #write() {
    const call = this.#calls;
    const button = part(this.root, '.in-write', HTMLButtonElement);
    button.disabled = true;
    /** @type {import('../lib/host.js').Reply<Written>} */
    const answer = await ask(this.#server.write_on, { ...this.#query, off: this.#off });
    button.disabled = !this.#off;
    this.#say(answer.error ?? '');
    if (call !== this.#calls || answer.error !== undefined) return;
    const { whole, without, json } = answer;
    const host = part(this.root, '.in-written');
    host.hidden = false;
    host.replaceChildren(
      node('h4', { text: 'The whole model goes on' }), node('p', { class: 'written in-whole', text: whole }),
      node('h4', { text: 'Without these parts' }), node('p', { class: 'written in-without', text: without }),
      node('p', { class: 'in-why', text: 'Both take the likeliest token each time. The saved text knows which parts were off, and writes the same again under Generate, “Open a saved text”.' }),
      node('button', { type: 'button', class: 'in-b in-save-text', text: 'Save this text', onclick: () => saveFile('without-parts.receipt.json', json, 'application/json') }),
    );
  }

  async #tryEach() {
    const look = this.#look;
    const host = part(this.root, '.in-tried');
    host.hidden = false;
    const progress = node('progress', { max: 1, value: 0, 'aria-label': 'Trying every part' });
    host.replaceChildren(progress);
    /** @type {import('../lib/host.js').Reply<Each> | null} */
    const answer = await askUntilDone(this.#server.each, this.#query, (share) => {
      progress.value = share;
      return this.#look === look && host.isConnected;
    });
    if (!answer || this.#look !== look || !look) return;
    this.#say(answer.error ?? '');
    if (answer.error !== undefined) return;
    host.replaceChildren(
      node('h4', { text: `The strongest of ${answer.tried} parts, each off alone` }),
      node('ol', { class: 'in-each-list' }, ...answer.rows.map(([name, difference, gains]) => node('li', {},
        node('button', { type: 'button', class: 'in-each-row', onclick: () => this.#actions.change(name) },
          node('span', { text: partName(name, look.seen) }),
          node('span', { class: 'in-num', text: `${difference < 0 ? '' : '+'}${signed(difference, 2)}` }),
          node('span', { class: 'in-word', text: gains ? quoted({ t: gains }) : '' }))))),
      node('p', { class: 'in-why', text: 'Change of the log-probability, and the token that gains most. Below 0: the part speaks for this word; above 0: against it.' }),
    );
  }

  /** @param {string} problem */
  #say(problem) {
    const place = part(this.root, '.in-problem');
    setText(place, problem);
    place.hidden = !problem;
  }
}

/** @param {HTMLSelectElement} select @param {Look} look */
function fillTokens(select, look) {
  if (select.options.length > 1) return;
  const options = look.seen.slice(0, -1).map((token, place) => node('option', { value: `token:${place}`, text: `${place + 1} ${quoted(token)}` }));
  select.append(...options);
}
