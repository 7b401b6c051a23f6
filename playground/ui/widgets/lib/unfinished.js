// Asking for work that takes long: the server answers with its progress until it is done. No DOM here.

import { ask } from './host.js';

/** The server's answer until the work is done. @typedef {{ progress: number, error?: undefined }} Unfinished */

const AGAIN_MS = 300;

/**
 * Ask until the work is done; null if it is not wanted any more.
 * @template {object} Answer
 * @param {import('./host.js').ServerFunction} serverFunction
 * @param {object} query
 * @param {(progress: number) => boolean} goOn  told of the progress; false ends the asking
 * @returns {Promise<import('./host.js').Reply<Answer> | null>}
 */
export async function askUntilDone(serverFunction, query, goOn) {
  for (;;) {
    /** @type {import('./host.js').Reply<Answer> | Unfinished} */
    const answer = await ask(serverFunction, query);
    if (!('progress' in answer)) return /** @type {import('./host.js').Reply<Answer>} */ (answer);
    if (!goOn(answer.progress)) return null;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
