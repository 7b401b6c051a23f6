// Which passage is looked at, as it stands in the address. No DOM here.

import { whole } from '../lib/format.js';
import { parse } from '../lib/host.js';

/** @typedef {'train' | 'validation' | 'own' | 'chapter'} Source */

/**
 * `start`: the first token. `at`: the token that is open. `text`: an own one; or `file`, which names one that the server
 * has read, and `name`, what the file is called.
 * @typedef {{ source: Source, start: number, at: number, text: string, file: string, name: string }} PassageState
 */

/** @type {Source[]} */
export const SOURCES = ['validation', 'train', 'own', 'chapter'];
const MAX_TEXT_IN_ADDRESS = 2000;

/** @type {PassageState} */
const FIRST = { source: 'validation', start: 0, at: -1, text: '', file: '', name: '' };

/** The state in a parameter of the address; what is missing or damaged has its default. @param {string | null} parameter */
export function readPassage(parameter) {
  const given = parse(parameter) ?? {};
  const whole = (/** @type {unknown} */ value, /** @type {number} */ least) =>
    Number.isSafeInteger(value) && Number(value) >= least ? Number(value) : least;
  const string = (/** @type {unknown} */ value) => (typeof value === 'string' ? value : '');
  return {
    source: SOURCES.includes(given.source) ? /** @type {Source} */ (given.source) : FIRST.source,
    start: whole(given.start, 0),
    at: whole(given.at, -1),
    text: string(given.text),
    file: string(given.file),
    name: string(given.name),
  };
}

/** The parameter for a state: only what differs from the default, and no text that is too long for an address. @param {PassageState} state */
export function writePassage({ source, start, at, text, file, name }) {
  const changed = {
    ...(source !== FIRST.source && { source }),
    ...(start && { start }),
    ...(at >= 0 && { at }),
    ...(source === 'own' && file && { file, name }),
    ...(source === 'own' && !file && text && text.length <= MAX_TEXT_IN_ADDRESS && { text }),
  };
  return Object.keys(changed).length ? JSON.stringify(changed) : '';
}

/**
 * The own text as questions to the server have it; both are empty where another text is looked at, or none is given.
 * @param {Pick<PassageState, 'source' | 'text' | 'file'>} state
 */
export const ownText = ({ source, text, file }) =>
  (source !== 'own' ? { text: '', file: '' } : file ? { text: '', file } : { text: text.trim() ? text : '', file: '' });

/** Where a passage stands in its text. @param {{ start: number, total: number, tokens: unknown[] }} passage */
export const whereText = ({ start, total, tokens }) =>
  `Tokens ${whole(start + 1)} to ${whole(start + tokens.length)} of ${whole(total)}`;
