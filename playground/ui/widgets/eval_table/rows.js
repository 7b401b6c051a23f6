// The rows of the table: columns, sorting, and as CSV or Markdown. No DOM here.

import { isNumber, perplexity, percent, whole } from '../lib/format.js';
import { parse } from '../lib/host.js';

/**
 * A measured row; without numbers while it is measured.
 * @typedef {object} Row
 * @property {string} run
 * @property {number | string} step
 * @property {string} [asked]  the step as it was chosen: last, best or a number
 * @property {string} source
 * @property {boolean} [hasFailed]  it cannot be measured
 * @property {number} [tokens]
 * @property {number} [context_length]  tokens of a window
 * @property {number} [stride]  from the start of one window to that of the next
 * @property {number} [loss]
 * @property {number} [bits_per_byte]
 * @property {number} [first_share]
 * @property {number} [first_ten_share]
 * @property {number} [perplexity]
 */

/** @typedef {{ models: [run: string, step: string][], reading: 'sliding' | 'chapter' }} Wanted */

/** @typedef {{ key: keyof Row, name: string, isNumber: boolean, show: (row: Row) => string }} Column */

/** A number, or what stands for it while it is measured, or where it cannot be. @param {Row} row @param {number | undefined} value @param {(value: number) => string} show */
const cell = (row, value, show) => (isNumber(value) ? show(value) : row.hasFailed ? '–' : '…');
const digits = (/** @type {number} */ count) => (/** @type {number} */ value) => value.toFixed(count);

const SOURCES = /** @type {Record<string, string>} */ ({ train: 'training', validation: 'validation', own: 'own text' });

/** @type {Column[]} */
export const COLUMNS = [
  { key: 'run', name: 'Run', isNumber: false, show: (row) => row.run },
  { key: 'step', name: 'Step', isNumber: true, show: (row) => (isNumber(Number(row.step)) ? whole(Number(row.step)) : String(row.step)) },
  { key: 'source', name: 'Text', isNumber: false, show: (row) => SOURCES[row.source] ?? row.source },
  { key: 'tokens', name: 'Tokens', isNumber: true, show: (row) => cell(row, row.tokens, whole) },
  { key: 'loss', name: 'Loss', isNumber: true, show: (row) => cell(row, row.loss, digits(4)) },
  { key: 'perplexity', name: 'Perplexity', isNumber: true, show: (row) => cell(row, row.loss, perplexity) },
  { key: 'bits_per_byte', name: 'Bits per byte', isNumber: true, show: (row) => cell(row, row.bits_per_byte, digits(3)) },
  { key: 'first_share', name: 'Ranked first', isNumber: true, show: (row) => cell(row, row.first_share, percent) },
  { key: 'first_ten_share', name: 'In the first ten', isNumber: true, show: (row) => cell(row, row.first_ten_share, percent) },
  { key: 'context_length', name: 'Window', isNumber: true, show: (row) => cell(row, row.context_length, whole) },
  { key: 'stride', name: 'Stride', isNumber: true, show: (row) => cell(row, row.stride, whole) },
];

/**
 * The rows sorted by a column; those without a value come last.
 * @param {Row[]} rows
 * @param {keyof Row} key
 * @param {boolean} isDescending
 */
export function sorted(rows, key, isDescending) {
  const order = (/** @type {Row} */ a, /** @type {Row} */ b) => {
    const [x, y] = [a[key], b[key]];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    const by = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
    return isDescending ? -by : by;
  };
  return [...rows].sort(order);
}

/** As CSV (RFC 4180), with all digits. @param {Row[]} rows */
export function toCsv(rows) {
  const cell = (/** @type {unknown} */ value) => {
    const text = String(value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const lines = [COLUMNS.map(({ name }) => name), ...rows.map((row) => COLUMNS.map(({ key }) => row[key]))];
  return `${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** As a table in Markdown, as shown. @param {Row[]} rows */
export function toMarkdown(rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((text) => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [
    line(COLUMNS.map(({ name }) => name)), line(COLUMNS.map((column) => (column.isNumber ? '---:' : '---'))),
    ...rows.map((row) => line(COLUMNS.map(({ show }) => show(row)))), '',
  ].join('\n');
}

const MAX_MODELS = 8;

/** What the parameter of the address asks for. @param {string | null} parameter @returns {Wanted} */
export function readWanted(parameter) {
  const given = parse(parameter);
  const models = Array.isArray(given?.models) ? given.models : [];
  return {
    models: models.filter((/** @type {unknown} */ pair) => Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string'))
      .slice(0, MAX_MODELS),
    reading: given?.reading === 'chapter' ? 'chapter' : 'sliding',
  };
}

/** The same with one more model, the last eight of them, each once. @param {Wanted} wanted @param {string} run @param {string} step @returns {Wanted} */
export function withModel({ models, reading }, run, step) {
  const others = models.filter(([name, at]) => name !== run || at !== step);
  return { models: /** @type {[string, string][]} */ ([...others, [run, step]]).slice(-MAX_MODELS), reading };
}
