// The card where weights come in: asks for the sizes when it is opened, and follows the import that runs.

import { node, part, setText } from '../lib/dom.js';
import { bytes } from '../lib/format.js';
import { ask, parse } from '../lib/host.js';
import { goTo } from '../lib/place.js';
import { poll } from '../lib/poll.js';
import { cells, doingText, endText, share } from './describe.js';

/** @typedef {import('./describe.js').Job} Job */
/** @typedef {import('./describe.js').Size} Size */
/** @typedef {{ sizes: Size[], free_disk_bytes: number, free_memory_bytes: number }} Sizes */
/** @typedef {import('../lib/host.js').Host} Host */

const ACTIVE_MS = 300;
const REST_MS = 5000;
const HIDDEN_MS = 400;

/** @param {Host} host */
export function mount(host) {
  const card = new Card(host);
  const follow = () => card.follow(parse(host.props.value));
  host.watch('value', follow);
  follow(); // the value may have been set before this module came
}

class Card {
  #card;
  #host;
  #details;
  #form;
  #askNow;
  /** The import that is watched: its end is told. */ #watched = 0;
  /** Whether a first answer came: an import that had ended before it is not news. */ #knows = false;

  /** @param {Host} host */
  constructor(host) {
    this.#host = host;
    this.#card = part(host.element, '.we');
    this.#details = part(this.#card, 'details', HTMLDetailsElement);
    this.#form = part(this.#card, '.we-form', HTMLFormElement);
    this.#details.addEventListener('toggle', () => this.#details.open && this.#showSizes());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const heads = this.#field('heads').valueAsNumber;
      this.#start(host.server.take, { path: this.#field('path').value, heads: Number.isFinite(heads) ? heads : null });
    });
    part(this.#card, '.we-stop').addEventListener('click', () => ask(host.server.stop).then(this.#askNow));
    this.#askNow = poll(this.#card, () => this.#askProgress(), HIDDEN_MS);
    this.#askNow();
  }

  /** Follow an import that another part of the page has started. @param {{ number: number } | null} started */
  follow(started) {
    if (!started) return;
    this.#details.open = true;
    this.#watch(started.number);
  }

  /** @param {number} number */
  #watch(number) {
    this.#watched = number;
    this.#say('');
    this.#askNow();
  }

  async #showSizes() {
    /** @type {import('../lib/host.js').Reply<Sizes>} */
    const found = await ask(this.#host.server.sizes);
    if (found.error !== undefined) return this.#say(found.error, true);
    const rows = found.sizes.map((size) => this.#row(size, found));
    part(this.#card, 'tbody').replaceChildren(...rows);
    const free = `${bytes(found.free_memory_bytes)} of memory and ${bytes(found.free_disk_bytes)} of disk are free here.`;
    setText(part(this.#card, '.we-machine'), `${free} The speed is estimated: a token takes as long as reading all weights once.`);
  }

  /** @param {Size} size @param {Sizes} found */
  #row(size, found) {
    const button = size.run
      ? node('button', { type: 'button', class: 'we-b', text: 'Write with it' })
      : node('button', { type: 'button', class: 'we-b', text: size.download_bytes ? 'Fetch' : 'Import' });
    button.setAttribute('aria-label', `${button.textContent}: ${size.title}`);
    button.addEventListener('click', () => {
      if (size.run) goTo({ tab: 'generate', run: size.run, step: 'last' });
      else this.#start(this.#host.server.fetch, { name: size.name });
    });
    const told = cells(size, found.free_memory_bytes, found.free_disk_bytes).map(({ label, text, isMuch }) =>
      node('td', { 'data-label': label }, node('span', isMuch ? { class: 'we-much', text, title: 'More than is free here' } : { text })));
    return node('tr', {}, node('td', { text: size.title }), ...told, node('td', {}, button));
  }

  /** @param {import('../lib/host.js').ServerFunction} serverFunction @param {object} query */
  async #start(serverFunction, query) {
    /** @type {import('../lib/host.js').Reply<{ number: number }>} */
    const answer = await ask(serverFunction, query);
    if (answer.error !== undefined) return this.#say(answer.error, true);
    this.#watch(answer.number);
  }

  async #askProgress() {
    /** @type {import('../lib/host.js').Reply<Job>} */
    const job = await ask(this.#host.server.progress);
    if (job.error !== undefined) return REST_MS;
    if (job.active) this.#watched = job.number ?? 0; // also after a reload
    part(this.#card, '.we-job').hidden = !job.active;
    if (job.active) this.#drawProgress(job);
    else if (this.#knows || this.#watched) this.#tellEnd(job);
    this.#knows = true;
    return job.active ? ACTIVE_MS : REST_MS;
  }

  /** @param {Job} job */
  #drawProgress(job) {
    setText(part(this.#card, '.we-doing'), doingText(job));
    const bar = part(this.#card, 'progress', HTMLProgressElement);
    const value = share(job);
    if (value === null) bar.removeAttribute('value');
    else bar.value = value;
  }

  /** @param {Job} job */
  #tellEnd(job) {
    if (!this.#watched || job.number !== this.#watched) return;
    this.#watched = 0;
    part(this.#card, '.we-heads').hidden = !job.asks_heads;
    if (job.asks_heads) this.#field('heads').focus();
    this.#say(endText(job), job.failure !== undefined);
    if (job.run) {
      this.#form.reset();
      this.#host.trigger('imported', { run: job.run, message: job.message });
    }
    if (this.#details.open) this.#showSizes();
  }

  /** @param {string} text @param {boolean} [isError] */
  #say(text, isError = false) {
    const line = part(this.#card, '.we-said');
    setText(line, text);
    line.classList.toggle('we-bad', isError);
    line.hidden = !text;
  }

  /** @param {string} name */
  #field(name) {
    return part(this.#form, `[name=${name}]`, HTMLInputElement);
  }
}
