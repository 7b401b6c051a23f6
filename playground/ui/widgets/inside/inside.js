// The Inside tab: the current prompt under the current run and step, token by token, and why each was said.

import { part, setText } from '../lib/dom.js';
import { whole } from '../lib/format.js';
import { ask, newest } from '../lib/host.js';
import { getParameter, goTo, onPlace, readPlace, setParameter } from '../lib/place.js';
import { isUsable } from '../lib/problem.js';
import { quoted } from '../lib/shades.js';
import { whenSeen } from '../lib/when_seen.js';
import { readInside, writeInside } from './inside_state.js';
import { LearnedView } from './learned_view.js';
import { withoutTokens } from './parts_off.js';
import { InsideViews } from './views.js';
import { WHY } from './words.js';

/** @typedef {import('./inside_state.js').InsideState} InsideState */
/** @typedef {{ tokens: import('../lib/shades.js').Texts[], context: number, steps: number[], step: number }} Prompt */

const TYPING_MS = 500;

/** @param {import('../lib/host.js').Host} host */
export function mount({ element, server }) {
  const tab = new InsideTab(part(element, '.ins'), server);
  onPlace(element, () => tab.follow());
  tab.follow();
}

class InsideTab {
  #root;
  #server;
  #views;
  #learned;
  #loadHistory;
  #prompt;
  #slider;
  /** @type {Prompt | null} */ #answer = null;
  #asked = '';
  #request = newest((/** @type {string} */ key) => this.#ask(key));
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {HTMLElement} root @param {Record<string, import('../lib/host.js').ServerFunction>} server */
  constructor(root, server) {
    this.#root = root;
    this.#server = server;
    this.#views = new InsideViews({ server, large: true, open: (i) => this.#open(i), changed: (chosen) => this.#change(chosen) });
    part(root, '.ins-views').append(this.#views.root);
    const learned = part(root, '.ins-learned');
    setText(part(learned, '.in-why'), WHY.learned);
    this.#learned = new LearnedView(learned, server, (step) => goTo({ step: String(step) }, { replace: true }));
    this.#loadHistory = whenSeen(learned, (/** @type {string} */ run) => this.#learned.load(run));
    this.#slider = part(root, 'input[type=range]', HTMLInputElement);
    this.#slider.addEventListener('input', () => goTo({ step: String(this.#answer?.steps[Number(this.#slider.value)] ?? 'last') }, { replace: true }));
    part(root, '.ins-place button').addEventListener('click', () => this.#change({ at: null }));
    this.#prompt = part(root, 'textarea', HTMLTextAreaElement);
    this.#prompt.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#write(this.#prompt.value), TYPING_MS);
    });
  }

  /** Show what the address names. */
  follow() {
    const { tab, run, step } = readPlace();
    if (tab !== 'inside') return; // another tab is open: nothing is computed
    const text = this.#text();
    if (document.activeElement !== this.#prompt) this.#prompt.value = text;
    if (!run) return this.#refuse('There is no run yet: train one on the Train tab.');
    if (!text) return this.#refuse('Write a text above for the model to read.');
    this.#loadHistory(run);
    const key = JSON.stringify({ run, step, text });
    if (key === this.#asked) this.#draw();
    else this.#request(key);
  }

  #text() {
    return readInside(getParameter('inside')).text || readPlace().prompt;
  }

  /** @param {string} sentence */
  #refuse(sentence) {
    const problem = part(this.#root, '.ins-problem');
    setText(problem, sentence);
    problem.hidden = false;
    this.#views.show(null);
  }

  /** @param {string} text */
  #write(text) {
    if (!text) return this.#refuse('Write a text above for the model to read.');
    setParameter('inside', writeInside({ ...readInside(getParameter('inside')), at: null, off: '', text: '' }));
    goTo({ prompt: text }, { replace: true });
  }

  /** @param {string} key */
  async #ask(key) {
    /** @type {import('../lib/host.js').Reply<Prompt>} */
    const answer = await ask(this.#server.tokens, JSON.parse(key));
    if (!isUsable(answer, part(this.#root, '.ins-problem'))) return this.#views.show(null);
    [this.#answer, this.#asked] = [answer, key];
    this.#draw();
  }

  #draw() {
    const answer = this.#answer;
    if (!answer) return;
    const { tokens, context, steps, step } = answer;
    const { run, step: which } = readPlace();
    const { at: asked, layer, head, off } = readInside(getParameter('inside'));
    const at = asked === null || asked >= tokens.length ? null : asked;
    const end = at ?? tokens.length;
    this.#views.show({
      query: { run, step: which, source: 'prompt', text: this.#text(), ...(at !== null && { place: at }) },
      around: { texts: tokens, first: Math.max(0, end - context) },
    }, { layer, head, off });
    setText(part(this.#root, '.ins-place span'), at === null
      ? `What it would say next, after ${quoted(tokens[tokens.length - 1])}. Press a token of the text below to ask about that one.`
      : `Why it says ${quoted(tokens[at])}, token ${whole(at + 1)} of ${whole(tokens.length)}.`);
    part(this.#root, '.ins-place button').hidden = at === null;
    this.#slider.max = String(steps.length - 1);
    this.#slider.value = String(Math.max(0, steps.indexOf(step)));
    this.#slider.disabled = steps.length < 2;
    setText(part(this.#root, '.ins-step'), `Step ${whole(step)}`);
    this.#slider.setAttribute('aria-valuetext', `Step ${whole(step)}`);
    this.#learned.mark(step);
  }

  /** @param {number} i */
  #open(i) {
    if (i > 0) return this.#change({ at: i });
    const problem = part(this.#root, '.ins-problem');
    setText(problem, 'Nothing stands before the first token, so there is nothing to look at; press a later one.');
    problem.hidden = false;
  }

  /** @param {Partial<InsideState>} change */
  #change(change) {
    part(this.#root, '.ins-problem').hidden = true;
    const before = readInside(getParameter('inside'));
    const isOther = change.at !== undefined && change.at !== before.at;
    setParameter('inside', writeInside({ ...before, ...(isOther && { off: withoutTokens(before.off) }), ...change }));
  }
}
