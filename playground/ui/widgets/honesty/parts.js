// What both parts of a text say about a model's honesty. No DOM here.

import { percent } from '../lib/format.js';

/** @typedef {{ n: number, confidence: number, correct: number, low: number, high: number }} Bin */
/** @typedef {{ low: number, high: number, n: number, loss: number }} Group */

/**
 * @typedef {object} Part
 * @property {number} tokens
 * @property {Bin[]} bins
 * @property {number} error  expected calibration error
 * @property {number} temperature  with the lowest loss
 * @property {number[]} temperatures
 * @property {number[]} losses
 * @property {Group[]} frequency
 * @property {Group[]} place
 */

/** @typedef {'train' | 'validation'} PartName */
/** @typedef {Record<PartName, Part>} Honesty */

/** @type {PartName[]} */
export const PARTS = ['train', 'validation'];
export const COLOURS = { train: 'var(--pg-1)', validation: 'var(--pg-2)' };
const NAMES = { train: 'training part', validation: 'validation part' };

/** The calibration error of a part in a sentence. @param {Honesty} honesty */
export function errorSentence(honesty) {
  return PARTS.map((name) => {
    const { bins, error } = honesty[name];
    const over = bins.reduce((sum, { n, confidence, correct }) => sum + n * (confidence - correct), 0) > 0;
    return `On the ${NAMES[name]} its promises are ${percent(error)} off on average, ${over ? 'mostly too high' : 'mostly too low'}.`;
  }).join(' ');
}

/** The best temperature of both parts in a sentence. @param {Honesty} honesty */
export function temperatureSentence(honesty) {
  const [train, validation] = PARTS.map((name) => honesty[name].temperature);
  const what = validation > 1.05 ? 'it is too sure of itself on text it has not seen' : validation < 0.95 ? 'it could be surer of itself' : 'it is neither too sure nor too unsure';
  return `Lowest loss at T = ${train.toFixed(2)} on the training part and T = ${validation.toFixed(2)} on the validation part: ${what}.`;
}

/** Lines of losses by group: x is the middle of the group, on a logarithmic scale where `isLog`. @param {Honesty} honesty @param {'frequency' | 'place'} by */
export function groupLines(honesty, by) {
  return PARTS.map((name) => ({
    name,
    colour: COLOURS[name],
    x: honesty[name][by].map(({ low, high }) => (by === 'frequency' ? Math.log2(1 + low) : (low + high) / 2)),
    y: honesty[name][by].map(({ loss }) => loss),
  }));
}

/** Lines of losses by temperature, over its logarithm. @param {Honesty} honesty */
export const temperatureLines = (honesty) =>
  PARTS.map((name) => ({
    name, colour: COLOURS[name], x: honesty[name].temperatures.map((t) => Math.log2(t)), y: honesty[name].losses,
  }));

/** The span of all x values. @param {{ x: number[] }[]} lines @returns {[number, number]} */
export function spanOf(lines) {
  const all = lines.flatMap(({ x }) => x);
  return all.length ? [Math.min(...all), Math.max(...all)] : [0, 1];
}
