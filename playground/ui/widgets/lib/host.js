// What Gradio gives a widget, and how a widget asks the server. No DOM here.

/**
 * The widget's handle, the one argument of every widget's `mount`.
 * @template {Record<string, unknown>} [Constants=Record<string, unknown>]
 * @typedef {object} Host
 * @property {HTMLElement} element  holds the widget's static template
 * @property {{ value: string | null }} props  `value` is the widget's value, mostly JSON
 * @property {Record<string, ServerFunction>} server
 * @property {(name: string, changed: () => void) => void} watch  calls back after the server changed a prop
 * @property {(event: string, data?: unknown) => void} trigger  raises an event that Python listens to
 * @property {Constants} constants  what Python passed as `constants`
 */

/**
 * A Python function: one object in, one object out; `{error}` is a refusal, undefined means that no answer came.
 * @typedef {(query: object) => Promise<object | undefined>} ServerFunction
 */

/**
 * What `ask` gives: the server's answer, or in one sentence why there is none. `answer.error !== undefined` tells which.
 * @template {object} Answer
 * @typedef {(Answer & { error?: undefined }) | { error: string }} Reply
 */

export const NO_ANSWER = 'The server did not answer; try again.';

/**
 * Ask the server; always answers with an object, `error` says in one sentence why there is nothing else in it.
 * @template {object} Answer
 * @param {ServerFunction} serverFunction
 * @param {object} [query]
 * @param {string} [silence]  the sentence if no answer comes
 * @returns {Promise<Reply<Answer>>}
 */
export async function ask(serverFunction, query = {}, silence = NO_ANSWER) {
  try {
    const answer = await serverFunction(query);
    return /** @type {Reply<Answer> | undefined} */ (answer) ?? { error: silence };
  } catch {
    return { error: silence };
  }
}

/**
 * The value behind a JSON text; null for an empty or damaged one.
 * @param {unknown} value
 * @returns {any}
 */
export function parse(value) {
  if (!value) return null;
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return null;
  }
}

/**
 * Wrap `work` so that one call runs at a time; of the calls that come meanwhile, only the last is made.
 * @template Input
 * @param {(input: Input) => Promise<void>} work
 * @returns {(input: Input) => Promise<void>}
 */
export function newest(work) {
  let busy = false;
  /** @type {[Input] | null} */
  let waiting = null;
  return async function run(input) {
    if (busy) {
      waiting = [input];
      return;
    }
    busy = true;
    try {
      await work(input);
    } finally {
      busy = false;
      if (waiting) {
        const [next] = waiting;
        waiting = null;
        run(next);
      }
    }
  };
}
