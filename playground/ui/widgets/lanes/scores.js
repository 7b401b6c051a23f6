// The numbers of a text in words. No DOM here.

import { isNumber, signed } from '../lib/format.js';
import { formatProbability } from '../lib/shades.js';
import { hasNumbers } from './lane_log.js';

/** @typedef {import('./lane_log.js').Lane} Lane */
/** @typedef {import('./lane_log.js').Score} Score */
/** @typedef {{ name: string, value: string, help: string }} Row */

/** @type {[name: string, value: (score: Required<Score>) => string, help: string][]} */
const LIKELIHOOD = [
  ['Mean log probability', (score) => signed(score.mean, 3), 'of a token, under the model'],
  ['Perplexity', (score) => perplexity(score.perplexity), 'as unsure as if it chose among so many tokens'],
];

/** @type {typeof LIKELIHOOD} */
const WORDS = [
  [
    'Distinct pairs',
    (score) => formatProbability(score.distinct),
    'share of distinct ones among all pairs of tokens',
  ],
  [
    'Repeated 4-grams',
    (score) => formatProbability(score.repetition),
    'share of four tokens in a row that stood in the text before',
  ],
  [
    'Copied',
    (score) => formatProbability(score.copied),
    'share of tokens in runs of 8 or more that stand in the training text',
  ],
];

/** Three digits; "∞" for one too large for a number, which comes as null. @param {number | null} value */
const perplexity = (value) => (isNumber(value) ? (+value.toPrecision(3)).toLocaleString('en-US') : '∞');

/** The rows of a score; none before it is known. @param {Score | null} score @returns {Row[]} */
export function scoreRows(score) {
  if (!hasNumbers(score)) return [];
  const known = /** @type {Required<Score>} */ (score);
  const rows = score.mean == null ? WORDS : [...LIKELIHOOD, ...WORDS];
  return rows.map(([name, value, help]) => ({ name, value: value(known), help }));
}

/** Where a lane begins to differ from the first one. @param {Lane} lane */
export const partedAt = (lane) => (lane.parted < 0 ? 'nowhere' : `token ${lane.parted + 1}`);
