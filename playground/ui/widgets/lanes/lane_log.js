// The log of texts side by side: one JSON object a line, only ever appended to. No DOM here.
//
//   {"kind":"start", job}                              the server accepted an event; Stop names its `job`
//   {"kind":"lanes", lanes: [{title, note, step}], …}  the texts that are to be written
//   {"kind":"text", lane, text}                        a text that was written before; nothing is known of its tokens
//   {lane, i, t, …}                                    one token, as in the log of a single text, with its lane
//   {"kind":"end"}                                     writing ended
//   {"kind":"score", lane, …}                          the numbers of one text
//   {"kind":"error", says}                             writing failed

/** @typedef {import('../token_strip/token_log.js').ScoredToken} Token */

/**
 * A lane's numbers; only its `lane` where nothing was written. The first two are missing for a text that was written before.
 * @typedef {object} Score
 * @property {number} [mean]  log probability of a token
 * @property {number | null} [perplexity]
 * @property {number} [distinct]  share of different pairs of tokens
 * @property {number} [repetition]  share of four tokens in a row that stood in the text before
 * @property {number} [copied]  share of tokens that were copied from the training text
 */

/**
 * One text.
 * @typedef {object} Lane
 * @property {number} number
 * @property {string} title
 * @property {string} note
 * @property {number} [step]  of the run, where the texts are those of different steps
 * @property {Token[]} tokens  grows in place
 * @property {string} old  the text where it was written before
 * @property {number} parted  index of the first token that differs from the first lane's; -1 for none
 * @property {Score | null} score
 */

/** `note`: what the reader should know about the choice of texts. @typedef {{ run: string, step: number, prompt: string, rated: boolean, note?: string | null }} Head */

/** What a log says. */
export class LaneLog {
  /** The lines read so far. */
  text = '';
  /** @type {Head | null} */
  head = null;
  /** A new array whenever other texts are begun. @type {Lane[]} */
  lanes = [];
  /** What is being written now. @type {string | null} */
  job = null;
  /** Why the last event failed. */
  error = '';

  /** Whether the texts are those of different steps of the run. */
  get bySteps() {
    return this.lanes[0]?.step != null;
  }

  /** Read a log; a last line that is not complete yet waits. @param {string} text */
  read(text) {
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const from = whole.startsWith(this.text) ? this.text.length : 0;
    for (const line of whole.slice(from).split('\n')) if (line) this.#take(JSON.parse(line));
    this.text = whole;
  }

  /** @param {any} line */
  #take(line) {
    switch (line.kind) {
      case undefined:
        this.#add(this.lanes[line.lane], line);
        break;
      case 'start':
        [this.job, this.error] = [line.job, ''];
        break;
      case 'lanes':
        this.head = line;
        this.lanes = line.lanes.map((/** @type {any} */ { title, note, step }, /** @type {number} */ number) => ({
          number,
          title,
          note,
          step,
          tokens: [],
          old: '',
          parted: -1,
          score: null,
        }));
        break;
      case 'text':
        this.lanes[line.lane].old = line.text;
        break;
      case 'score':
        this.lanes[line.lane].score = line;
        break;
      case 'end':
        this.job = null;
        break;
      case 'error':
        [this.job, this.error] = [null, line.says];
        break;
    }
  }

  /** The first lane's token of a place comes before those of the others. @param {Lane} lane @param {Token} token */
  #add(lane, token) {
    const place = lane.tokens.push(token) - 1;
    if (!this.bySteps && lane.parted < 0 && this.lanes[0].tokens[place]?.i !== token.i) lane.parted = place;
  }
}

/** @param {Score | null} score @returns {score is Score} */
export const hasNumbers = (score) => score?.copied != null;

/**
 * The texts as they are saved.
 * @param {LaneLog} log
 * @param {Map<number, number>} ratings  stars by lane
 */
export function savedTexts({ head, lanes }, ratings) {
  const texts = lanes.map(({ number, title, note, step, tokens, old, score }) => ({
    title,
    note,
    step,
    text: old || tokens.map((token) => token.t).join(''),
    ids: tokens.map((token) => token.i),
    rating: ratings.get(number) ?? null,
    score: hasNumbers(score) ? score : null,
  }));
  return { run: head?.run, step: head?.step, prompt: head?.prompt, texts };
}
