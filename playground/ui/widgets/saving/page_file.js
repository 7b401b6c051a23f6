// Saves a run as one page, which the server makes.

import { saveFile } from '../lib/dom.js';
import { ask } from '../lib/host.js';

/** @typedef {{ text: string, name: string }} Page */

const NO_PAGE = 'The page could not be made; try again.';

/**
 * Save a run as one page; returns why there is none, or nothing.
 * @param {import('../lib/host.js').ServerFunction} serverFunction
 * @param {string} run
 */
export async function savePage(serverFunction, run) {
  /** @type {import('../lib/host.js').Reply<Page>} */
  const answer = await ask(serverFunction, { run }, NO_PAGE);
  if (answer.error !== undefined) return answer.error;
  saveFile(answer.name, answer.text, 'text/html');
  return '';
}
