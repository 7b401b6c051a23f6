// The rows of the picture of trainings, from tokens to dollars, on one logarithmic scale. No DOM here.

import { isNumber } from '../lib/format.js';

/** @typedef {{ value: number, source: string }} Figure */
/** @typedef {{ name: string, tokens: Figure, operations: Figure, a100_hours: Figure, dollars: Figure }} Training */
/** @typedef {{ name: string, value: number, text: string, source: string }} Row */

const HOUR_S = 3600;
const YEAR_HOURS = 24 * 365;

/** What stands for a run until its numbers are known. @type {Training} */
export const PENDING = {
  name: 'This run', tokens: { value: 0, source: '' }, operations: { value: 0, source: '' }, a100_hours: { value: 0, source: '' }, dollars: { value: 0, source: '' },
};

/** @type {{ key: 'tokens' | 'operations' | 'a100_hours' | 'dollars', title: string, show: (value: number) => string }[]} */
const GROUPS = [
  { key: 'tokens', title: 'Tokens read', show: (value) => large(value) },
  { key: 'operations', title: 'Floating-point operations', show: (value) => large(value) },
  { key: 'a100_hours', title: 'Hours of one A100', show: (value) => (value < 1 ? time(value) : `${large(value)} hours`) },
  { key: 'dollars', title: 'Dollars, at an A100’s price', show: (value) => `$${large(value)}` },
];

/**
 * The groups of rows; the last one is what this machine would need, once its pace is known.
 * @param {Training[]} trainings
 * @param {number | null} operationsPerS
 * @returns {{ title: string, rows: Row[] }[]}
 */
export function groups(trainings, operationsPerS) {
  const made = GROUPS.map(({ key, title, show }) => ({
    title,
    rows: trainings.map((training) => ({ name: training.name, value: training[key].value, text: training === PENDING ? '…' : show(training[key].value), source: training[key].source })),
  }));
  const here = trainings.map(({ name, operations }) => {
    const value = isNumber(operationsPerS) ? operations.value / operationsPerS / HOUR_S : 0;
    return { name, value, text: isNumber(operationsPerS) ? time(value) : 'being measured', source: `operations at the pace that was just measured here${isNumber(operationsPerS) ? `, ${large(operationsPerS)} a second` : ''}` };
  });
  return [...made, { title: 'Time on this machine’s processor', rows: here }];
}

/** Where a value stands between two powers of ten, 0 to 1. @param {number} value @param {[low: number, high: number]} powers */
export const placeOnScale = (value, [low, high]) => (value > 0 ? Math.max(0, Math.min(1, (Math.log10(value) - low) / (high - low))) : 0);

/** The powers of ten around all values, a multiple of four; wide enough from the start that small runs do not change them. @param {{ rows: { value: number }[] }[]} all @returns {[number, number]} */
export function powersAround(all) {
  const powers = all.flatMap(({ rows }) => rows.map(({ value }) => value)).filter((value) => value > 0).map(Math.log10);
  return [4 * Math.floor(Math.min(-8, ...powers) / 4), 4 * Math.ceil(Math.max(24, ...powers) / 4)];
}

/** Every fourth power of ten. @param {[number, number]} powers */
export const powerTicks = ([low, high]) => Array.from({ length: (high - low) / 4 + 1 }, (_, i) => low + 4 * i);

/** A power of ten in words: 10¹². @param {number} power */
export const powerOfTen = (power) => (power === 0 ? '1' : `10${raised(power)}`);

/** A number of any size: 691,200, 0.012, 8.4 × 10²². @param {number} value */
export function large(value) {
  if (value === 0) return '0';
  if (value >= 1e9 || value < 1e-3) {
    const power = Math.floor(Math.log10(value));
    return `${+(value / 10 ** power).toPrecision(3)} × ${powerOfTen(power)}`;
  }
  return value >= 10 ? Math.round(value).toLocaleString('en-US') : String(+value.toPrecision(2));
}

/** Hours, or what they are called when they are few or many. @param {number} hours */
export function time(hours) {
  if (hours >= 2 * YEAR_HOURS) return `${large(hours / YEAR_HOURS)} years`;
  if (hours >= 2) return `${large(hours)} hours`;
  return hours * HOUR_S >= 90 ? `${large(hours * 60)} minutes` : `${large(hours * HOUR_S)} seconds`;
}

const raised = (/** @type {number} */ power) => [...String(power)].map((sign) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(sign)]).join('');

/** What the picture comes to, in a sentence. @param {Training[]} trainings  the run first @param {number | null} operationsPerS */
export function conclusion([own, ...others], operationsPerS) {
  const last = others[others.length - 1];
  if (!own.operations.value) return 'This run has not been trained here.';
  const times = `Llama 2 7B took ${large(last.operations.value / own.operations.value)} times the operations of this run`;
  if (!isNumber(operationsPerS)) return `${times}.`;
  return `${times}; this machine would need ${time(last.operations.value / operationsPerS / HOUR_S)} for it.`;
}
