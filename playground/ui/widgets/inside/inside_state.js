// Which place, head and parts the Inside tab shows, as it stands in the address. No DOM here.

import { parse } from '../lib/host.js';
import { partsOf } from './parts_off.js';

/**
 * `at`: the token of the text, null for the one that comes next. `layer`, `head`: whose attention is shown, null for the
 * mean over all. `off`: the parts that are switched off. `text`: in place of the page's prompt, '' for none.
 * @typedef {{ at: number | null, layer: number | null, head: number | null, off: string, text: string }} InsideState
 */

const MAX_TEXT_IN_ADDRESS = 4000;

/** The state in a parameter of the address; what is missing or damaged has its default. @param {string | null} parameter @returns {InsideState} */
export function readInside(parameter) {
  const given = parse(parameter) ?? {};
  const number = (/** @type {unknown} */ value, least = 0) => (Number.isSafeInteger(value) && Number(value) >= least ? Number(value) : null);
  const layer = number(given.layer);
  return {
    at: number(given.at, 1),
    layer,
    head: layer === null ? null : number(given.head),
    off: partsOf(given.off).join(' '),
    text: typeof given.text === 'string' ? given.text : '',
  };
}

/** The parameter for a state: only what differs from the default. @param {InsideState} state */
export function writeInside({ at, layer, head, off, text }) {
  const changed = {
    ...(at !== null && { at }),
    ...(layer !== null && { layer }),
    ...(head !== null && { head }),
    ...(off && { off }),
    ...(text && text.length <= MAX_TEXT_IN_ADDRESS && { text }),
  };
  return Object.keys(changed).length ? JSON.stringify(changed) : '';
}
