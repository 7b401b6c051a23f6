// When each word was learned: asks for the passages over the steps, and shows them under one slider.

import { node, part, setText } from '../lib/dom.js';
import { percent, whole } from '../lib/format.js';
import { ask } from '../lib/host.js';
import { getParameter, onPlace, readPlace } from '../lib/place.js';
import { Plot } from '../lib/plot/plot.js';
import { isUsable } from '../lib/problem.js';
import { askUntilDone } from '../lib/unfinished.js';
import { whenSeen } from '../lib/when_seen.js';
import { ownText, readPassage } from '../microscope/passage_state.js';
import { likenessSentence, probabilities, tokenSentence } from './history.js';
import { PartView } from './part_view.js';

/** @typedef {import('./history.js').History} History */
/** @typedef {import('../lib/host.js').Host} Host */
/** @typedef {{ run: string, source: 'train' | 'validation' | 'own', start: number, text: string, file: string }} Query */

const TITLES = { train: 'Training part', validation: 'Validation part', own: 'Own text' };
const COLOURS = { uniform: 'var(--pg-6)', unigram: 'var(--pg-3)', bigram: 'var(--pg-4)', finished: 'var(--pg-1)' };
const NAMES = { uniform: 'blind guessing', unigram: 'unigram', bigram: 'bigram', finished: 'the finished model' };

/** @param {Host} host */
export function mount({ element, server }) {
  const view = new LearningView(part(element, '.le'), server);
  const request = whenSeen(element, (/** @type {string} */ asked) => view.load(asked));
  const follow = () => request(wanted());
  onPlace(element, follow);
  follow();
}

/** What the address asks for, as one text. */
function wanted() {
  const passage = readPassage(getParameter('passage'));
  const { source, start } = passage;
  const { run } = readPlace();
  const sources = source === 'own' ? ['own'] : ['train', 'validation'];
  return JSON.stringify(sources.map((each) => (
    { run, source: each, start: each === source ? start : 0, ...ownText(passage) })));
}

class LearningView {
  #root;
  #server;
  #slider;
  #mark;
  #curve;
  #like;
  /** @type {PartView[]} */ #parts = [];
  #loaded = '';
  #wanted = '';
  #index = 0;
  /** @type {{ view: PartView, at: number } | null} */ #open = null;

  /** @param {HTMLElement} root @param {Host['server']} server */
  constructor(root, server) {
    this.#root = root;
    this.#server = server;
    this.#slider = part(root, 'input[type=range]', HTMLInputElement);
    this.#slider.addEventListener('input', () => this.#move(Number(this.#slider.value)));
    this.#mark = part(root, '.le-mark', HTMLSelectElement);
    this.#mark.addEventListener('change', () => this.#draw());
    part(root, '.le-cancel').addEventListener('click', () => this.#cancel());
    const options = { height: () => 170, xTitle: 'Steps', small: false, fromZero: true };
    this.#curve = new Plot(part(root, '.le-curve'), {
      ...options, label: 'Probability of the chosen word over the steps', yFormat: (p) => percent(p),
    });
    this.#like = new Plot(part(root, '.le-like'), {
      ...options, label: 'Difference from four models over the steps, in bits', yFormat: (value) => String(+value.toFixed(1)),
    });
  }

  /** Load and show what `wanted` asks for, unless it is shown. @param {string} wantedNow */
  async load(wantedNow) {
    this.#wanted = wantedNow;
    if (wantedNow === this.#loaded) return;
    /** @type {Query[]} */
    const queries = JSON.parse(wantedNow);
    if (!queries[0].run || (queries[0].source === 'own' && !queries[0].text && !queries[0].file)) return this.#hide();
    /** @type {[Query, History][]} */
    const found = [];
    for (const query of queries) {
      const history = await this.#wait(query, found.length / queries.length, 1 / queries.length);
      if (this.#wanted !== wantedNow) return;
      if (!history) return this.#hide();
      found.push([query, history]);
    }
    part(this.#root, '.le-busy').hidden = true;
    this.#loaded = wantedNow;
    this.#show(found);
  }

  /** @param {Query} query @param {number} from @param {number} share @returns {Promise<History | null>} */
  async #wait(query, from, share) {
    const busy = part(this.#root, '.le-busy');
    const before = this.#wanted;
    /** @type {import('../lib/host.js').Reply<History> | null} */
    const answer = await askUntilDone(this.#server.learned, query, (progress) => {
      busy.hidden = this.#wanted !== before;
      part(busy, 'progress', HTMLProgressElement).value = from + share * progress;
      return this.#wanted === before;
    });
    return answer && isUsable(answer, part(this.#root, '.le-problem')) ? answer : null;
  }

  async #cancel() {
    const queries = JSON.parse(this.#wanted);
    this.#wanted = '';
    this.#hide();
    for (const query of queries) await ask(this.#server.cancel_learned, query);
    setText(part(this.#root, '.le-problem'), 'Cancelled. Choose another passage to look again.');
    part(this.#root, '.le-problem').hidden = false;
  }

  #hide() {
    part(this.#root, '.le-busy').hidden = true;
    part(this.#root, '.le-full').hidden = true;
    this.#loaded = '';
  }

  /** @param {[Query, History][]} found */
  #show(found) {
    const [[, { steps }]] = found;
    part(this.#root, '.le-full').hidden = steps.length < 2;
    const problem = part(this.#root, '.le-problem');
    problem.hidden = steps.length > 1;
    if (steps.length < 2) {
      setText(problem, 'This run kept the weights of one step only. Train one yourself: it keeps copies while it trains, and this '
        + 'picture shows when each word was learned.');
      return;
    }
    const host = part(this.#root, '.le-parts');
    host.replaceChildren();
    this.#open = null;
    this.#parts = found.map(([{ source }, history]) => new PartView(TITLES[source], history, {
      open: (view, at) => { this.#open = at < 0 ? null : { view, at }; this.#draw(); },
      move: (index) => this.#move(index),
    }));
    for (const view of this.#parts) view.show(host);
    this.#slider.max = String(steps.length - 1);
    this.#move(steps.length - 1);
  }

  /** @param {number} index */
  #move(index) {
    this.#index = index;
    this.#slider.value = String(index);
    this.#draw();
  }

  #draw() {
    const [first] = this.#parts;
    if (!first) return;
    const { steps, divergences } = first.history;
    const mark = Number(this.#mark.value);
    setText(part(this.#root, '.le-step'), `Step ${whole(steps[this.#index])}`);
    this.#slider.setAttribute('aria-valuetext', `Step ${whole(steps[this.#index])}`);
    for (const view of this.#parts) view.draw(this.#index, this.#open?.view === view ? this.#open.at : -1, mark);
    /** @type {[number, number]} */
    const xRange = [steps[0], steps[steps.length - 1]];
    const pin = steps[this.#index];
    const open = this.#open;
    setText(part(this.#root, '.le-token'), open ? tokenSentence(open.view.history, open.at, mark) : 'Press a word to see its probability over the steps.');
    const series = open && open.at > 0
      ? [{ name: 'p', x: steps, y: probabilities(open.view.history, open.at), colour: 'var(--pg-6)' }] : [];
    part(this.#root, '.le-curve').hidden = !series.length;
    if (series.length) this.#curve.draw({ series, xRange, pin, levels: [{ y: mark, text: 'learned' }] });
    const keys = /** @type {(keyof typeof COLOURS)[]} */ (Object.keys(COLOURS));
    this.#like.draw({ series: keys.map((key) => ({ name: key, x: steps, y: divergences[key], colour: COLOURS[key] })), xRange, pin });
    part(this.#root, '.le-names').replaceChildren(
      ...keys.map((key) => node('span', { class: 'le-key', style: `--key:${COLOURS[key]}`, text: NAMES[key] })),
      likenessSentence(first.history, this.#index),
    );
  }
}
