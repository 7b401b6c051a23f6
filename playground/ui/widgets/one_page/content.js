// What the page of a run contains, and what it says of it in words. No DOM here.
// `playground/ui/one_page/content.py` makes it.

import { epochs, whole } from '../lib/format.js';
import { RunRecord } from '../live/record.js';
import { TokenLog } from '../token_strip/token_log.js';

/**
 * The content of the page.
 * @typedef {object} Content
 * @property {string} run  its name
 * @property {import('../live/status.js').About} about
 * @property {import('../live/record.js').Thinning} series
 * @property {import('../live/record.js').Gain[]} gains  its whole log, in parts
 * @property {[label: string, value: string][]} facts  of its text and its settings
 * @property {string | null} text  a log as `token_log.js` reads it
 * @property {string} text_error  why there is no text
 */

/** The record of the run. @param {Content} content */
export function recordOf({ series, gains }) {
  const record = new RunRecord(series);
  for (const gain of gains) record.add(gain);
  return record;
}

/** The sentence under the title. @param {Content} content @param {RunRecord} record */
export function lead({ about }, record) {
  const read = record.steps.epoch.at(-1) ?? 0;
  const times = Math.abs(read - 1) < 0.005 ? 'once' : `${epochs(read)} times`;
  return `This model has read “${about.text_name}” ${times}. Drag over the curve to watch it learn.`;
}

/**
 * The text that the trained model wrote, and the size of its vocabulary. No stages came between the model and its
 * draws, so that only one probability is told of each token.
 * @param {string | null} text
 */
export function writtenText(text) {
  const log = new TokenLog();
  log.read(text ?? '', 0);
  const tokens = log.tokens.map(({ q, ...token }) => ({ ...token, a: token.a?.map(([id, name, p]) => [id, name, p]) }));
  return { tokens: /** @type {import('../token_strip/token_log.js').Token[]} */ (tokens), vocabSize: log.head.vocab_size };
}

/** Why a page has no coloured text. @param {string} reason */
export const withoutText = (reason) => `This page has no text of the trained model. ${reason}`;

/** Where in its text a token stands. @param {number} i @param {number} id */
export const placeOf = (i, id) => `token ${whole(i + 1)}, id ${id}`;
