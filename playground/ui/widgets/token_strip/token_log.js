// The log of a text: one JSON object a line, only ever appended to, so that a stream costs no more than what is new.
// No DOM here. `playground/ui/tabs/generate/log.py` reads and writes the same lines on the server.
//
//   {"kind":"start", job}                                   the server accepted an event; Stop names its `job`
//   {"kind":"desk", run, step, weights, …}                  a new text, and the model that writes it
//   {"kind":"branch", branch, parent, at, settings}         the tokens that follow belong to this branch, which leaves
//                                                           its parent before the parent's token `at`
//   {"kind":"more", branch, settings}                       the tokens that follow continue this branch
//   {i, t, …}                                               one token: see `Token`
//   {"kind":"end", reason, n, tokens_per_s, seen_from}      writing ended
//   {"kind":"error", says}                                  writing failed
//   {"kind":"copied", branch, spans, …}                     what the branch has in common with the training text
//   {"kind":"view", branch}  {"kind":"ask", branch, at, id}  {"kind":"restore", receipt}      what the reader did

/** @typedef {import('../lib/shades.js').Scores} Scores */
/** @typedef {import('./copied.js').Copied} Copied */
/** @typedef {Record<string, unknown>} Settings  the settings of the sampler that are not null */

/**
 * Another token that was possible: id, name, probability under the model, and after the stages if there were any.
 * @typedef {[id: number, name: string, p: number, q?: number]} Alternative
 */

/**
 * A token. The first one of a text has no probability, since nothing stands before it.
 * @typedef {object} Token
 * @property {number} i  id
 * @property {string} t  its part of the text: empty for a token that only begins a character
 * @property {string} [d]  the token by itself, where that looks different
 * @property {'prompt' | 'hand' | 'kept'} [by]  where it came from, if the model did not draw it now
 * @property {number} [p]  probability under the model
 * @property {number} [q]  probability after the stages
 * @property {number} [r]  rank under the model, from 1
 * @property {number} [h]  entropy of the model's distribution, in bits
 * @property {Alternative[]} [a]  the likeliest tokens
 * @property {number} [s]  index of the first token that the model saw when it chose this one; left out for 0
 * @property {Settings} [settings]  what it was written with; set by `read`
 */

/** A token with a probability. @typedef {Token & Scores & { a: Alternative[] }} ScoredToken */

/**
 * The model that writes a text.
 * @typedef {object} Head
 * @property {string} job  the job that began the text
 * @property {string} run
 * @property {number} step
 * @property {string} weights
 * @property {number} vocab_size
 */

/**
 * Why and how writing ended.
 * @typedef {object} End
 * @property {'length' | 'end' | 'stop' | 'stopped'} reason
 * @property {string | null} [stop]  the text to stop at
 * @property {number} [tokens_per_s]
 * @property {number} [seen_from]  index of the first token that the model sees when it continues
 */

/**
 * One path through the tree of texts.
 * @typedef {object} Branch
 * @property {number} id
 * @property {number | null} parent
 * @property {number} shared  number of tokens it shares with its parent
 * @property {Token[]} tokens  all of them, the shared ones first; grows in place
 * @property {Settings} settings  of the last time it was written
 * @property {number} given  number of tokens that stood there before the first one was drawn that time
 * @property {number} began_ms  when that was, in the browser's clock
 * @property {End | null} end
 * @property {Copied | null} copied
 */

/** @type {Head} */
const NO_HEAD = { job: '', run: '', step: 0, weights: 'float32', vocab_size: 0 };

/** @param {Token} token @returns {token is ScoredToken} */
export const isScored = (token) => token.p != null;

/** The text of tokens. @param {Token[]} tokens */
export const plainText = (tokens) => tokens.map((token) => token.t).join('');

/** What a log says: the model, the branches, the one in view, and what is being written. */
export class TokenLog {
  /** The lines read so far. */
  text = '';
  head = NO_HEAD;
  /** @type {Branch[]} */
  branches = [];
  /** Id of the branch in view. */
  view = 0;
  /** What is being written now. @type {string | null} */
  job = null;
  /** Why the last event failed. */
  error = '';
  /** The branch that the next token belongs to. @type {Branch | null} */
  #writing = null;

  /** The branch in view. @returns {Branch | undefined} */
  get branch() {
    return this.branches[this.view];
  }

  /** The tokens in view. */
  get tokens() {
    return this.branch?.tokens ?? [];
  }

  /**
   * Read a log; a last line that is not complete yet waits. False if it does not continue what was read before, so that
   * everything has changed.
   * @param {string} text
   * @param {number} [now_ms]
   */
  read(text, now_ms = performance.now()) {
    const appended = this.text !== '' && text.startsWith(this.text);
    if (!appended) this.#clear();
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.slice(this.text.length).split('\n')) if (line) this.#take(JSON.parse(line), now_ms);
    this.text = whole;
    return appended;
  }

  #clear() {
    Object.assign(this, new TokenLog());
    this.#writing = null;
  }

  /** The log with one more line. @param {object} line */
  with(line) {
    return `${this.text}${JSON.stringify(line)}\n`;
  }

  /** What the server needs to say what the stages did at token `i` of the branch in view. @param {number} i */
  stagesQuery(i) {
    const { run, step, weights } = this.head;
    return {
      run,
      step,
      weights,
      before: this.tokens.slice(0, i).map((token) => token.i),
      n_prompt: this.tokens.filter((token) => token.by === 'prompt').length,
      settings: this.tokens[i].settings ?? {},
    };
  }

  /** @param {any} line @param {number} now_ms */
  #take(line, now_ms) {
    const branch = this.branches[line.branch];
    switch (line.kind) {
      case undefined:
        this.#add(line);
        break;
      case 'start':
        Object.assign(this, { job: line.job, error: '' });
        break;
      case 'desk':
        this.head = line;
        break;
      case 'branch':
        this.#begin(line, now_ms);
        break;
      case 'more':
        Object.assign(branch, { end: null, copied: null, settings: line.settings, given: branch.tokens.length });
        branch.began_ms = now_ms;
        this.#write(branch);
        break;
      case 'end':
        if (this.#writing) this.#writing.end = line;
        this.job = null;
        break;
      case 'error':
        Object.assign(this, { job: null, error: line.says });
        break;
      case 'copied':
        branch.copied = line;
        break;
      case 'view':
        this.view = line.branch;
        break;
    }
  }

  /** @param {Token} token */
  #add(token) {
    const branch = this.#writing;
    if (!branch) return;
    token.settings = branch.settings;
    branch.tokens.push(token);
    if (token.by) branch.given += 1;
  }

  /** @param {{ branch: number, parent: number | null, at: number, settings: Settings }} line @param {number} now_ms */
  #begin({ branch: id, parent, at, settings }, now_ms) {
    const tokens = parent === null ? [] : this.branches[parent].tokens.slice(0, at);
    const shared = tokens.length;
    this.branches[id] = {
      id,
      parent,
      shared,
      tokens,
      settings,
      given: shared,
      began_ms: now_ms,
      end: null,
      copied: null,
    };
    this.#write(this.branches[id]);
  }

  /** @param {Branch} branch */
  #write(branch) {
    this.#writing = branch;
    this.view = branch.id;
  }
}

/**
 * What the model sees of a branch: `size` tokens from index `first` on. While the branch is written these are what the
 * last token was chosen from, afterwards what the next one would be.
 * @param {Branch} branch
 */
export function sightOf({ tokens, end }) {
  if (end?.seen_from != null) return { first: end.seen_from, size: tokens.length - end.seen_from };
  const first = tokens.at(-1)?.s ?? 0;
  return { first, size: Math.max(0, tokens.length - 1 - first) };
}
