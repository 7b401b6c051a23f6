// Which words of the samples stand in the training text. The server is asked once about each sample. No DOM here.

import { ask } from './host.js';

/** Where a piece stands in the training text: the passage, and how many tokens are the same. @typedef {{ before: string, text: string, after: string, tokens: number }} Source */
/** A piece of a sample; `source` where it is recited. @typedef {{ text: string, source: Source | null }} Piece */

const MOST_AT_ONCE = 20; // samples in one question
const MAX_CHARACTERS = 8000; // a longer sample is not looked up

export class Recited {
  #askServer;
  #changed;
  #run = '';
  /** By the text of a sample. @type {Map<string, Piece[] | null>} */ #known = new Map();
  #isAsking = false;
  /** @type {string[]} */ #waiting = [];

  /**
   * @param {import('./host.js').ServerFunction | undefined} askServer
   * @param {() => void} changed  called when more is known
   */
  constructor(askServer, changed) {
    this.#askServer = askServer;
    this.#changed = changed;
  }

  /** Another run is shown. @param {string} run */
  open(run) {
    this.#run = run;
    this.#known = new Map();
    this.#waiting = [];
  }

  /** Ask about the samples that were not asked about. @param {{ text: string }[]} samples */
  look(samples) {
    for (const { text } of samples) {
      if (this.#known.has(text) || text.length > MAX_CHARACTERS) continue;
      this.#known.set(text, null);
      this.#waiting.push(text);
    }
    void this.#askNext();
  }

  /** The pieces of a sample; null while they are not known. @param {string} text */
  piecesOf(text) {
    return this.#known.get(text) ?? null;
  }

  async #askNext() {
    if (!this.#askServer || this.#isAsking || !this.#waiting.length) return;
    const known = this.#known;
    const texts = this.#waiting.splice(-MOST_AT_ONCE); // the newest are looked at first
    this.#isAsking = true;
    /** @type {import('./host.js').Reply<{ pieces: Piece[][] }>} */
    const answer = await ask(this.#askServer, { run: this.#run, texts });
    this.#isAsking = false;
    if (known === this.#known) {
      if (answer.error !== undefined) return this.#forget(texts);
      for (const [i, pieces] of answer.pieces.entries()) known.set(texts[i], pieces);
      this.#changed();
    }
    void this.#askNext();
  }

  /** They may be asked about once more. @param {string[]} texts */
  #forget(texts) {
    for (const text of texts) this.#known.delete(text);
  }
}

/**
 * Split pieces at a number of characters: those of what was given, and those of what was written.
 * @param {Piece[]} pieces @param {number} given @returns {[given: Piece[], written: Piece[]]}
 */
export function splitPieces(pieces, given) {
  /** @type {[Piece[], Piece[]]} */
  const halves = [[], []];
  let at = 0;
  for (const { text, source } of pieces) {
    const cut = Math.min(Math.max(0, given - at), text.length);
    if (cut) halves[0].push({ text: text.slice(0, cut), source });
    if (cut < text.length) halves[1].push({ text: text.slice(cut), source });
    at += text.length;
  }
  return halves;
}
