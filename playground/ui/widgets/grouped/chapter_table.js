// The chapter's numbers, their table and the texts made from them. No DOM here.

import { scientific, whole } from '../lib/format.js';

/**
 * The answer of the server function `chapter`.
 * @typedef {object} Chapter
 * @property {string[]} words
 * @property {number[]} logits
 * @property {{ temperature: number, p: number[], counts: number[], entropy: number }[]} columns  the first is T = 1
 * @property {number} draws
 * @property {number} seed
 * @property {number} k
 * @property {number[]} top_k  probabilities after top-k of k
 * @property {string} likeliest
 */

/** A probability with four decimals, or in scientific notation if it is too small for them. @param {number} p */
export function decimals(p) {
  if (p === 0) return '0';
  return p >= 1e-4 ? p.toFixed(4) : p.toExponential(3);
}

/**
 * Headings and rows: one row for each word, and the entropy.
 * @param {Chapter} chapter
 */
export function chapterTable({ words, logits, columns, k, top_k }) {
  const [softmax, ...scaled] = columns;
  const head = [
    'word', 'logit', 'softmax', ...scaled.map(({ temperature }) => `T = ${temperature}`), `top-k ${k}: logit`, 'softmax',
    ...columns.map(({ temperature }) => `drawn, T = ${temperature}`),
  ];
  const rows = words.map((word, i) => [
    word, String(logits[i]), scientific(softmax.p[i]), ...scaled.map(({ p }) => decimals(p[i])),
    top_k[i] ? String(logits[i]) : '−∞', decimals(top_k[i]), ...columns.map(({ counts }) => whole(counts[i])),
  ]);
  const entropy = ['entropy, bits', '', ...columns.map((column) => column.entropy.toFixed(3))];
  rows.push([...entropy, ...Array(head.length - entropy.length).fill('')]);
  return { head, rows };
}

/** The sentence below the table. @param {Chapter} chapter */
export const chapterNote = ({ likeliest, draws, seed }) =>
  `The likeliest word is ${likeliest}. Drawn: ${whole(draws)} single draws under seed ${seed}.`;

/** What the figure shows, in words. @param {Chapter} chapter */
export function chapterTitle({ columns }) {
  const temperatures = columns.map(({ temperature }) => temperature);
  return `Probabilities of the words at temperatures ${temperatures.slice(0, -1).join(', ')} and ${temperatures[temperatures.length - 1]}`;
}
