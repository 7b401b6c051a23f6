// Smoothed curves. No DOM here.

import { isNumber } from '../format.js';

/**
 * The exponential mean of values so far, corrected for its start (Adam's bias correction); null where a value is missing.
 * @param {(number | null | undefined)[]} values
 * @param {(index: number) => number} keep  the part of the mean that survives the value at an index, in [0, 1)
 * @returns {(number | null)[]}
 */
export function exponentialMean(values, keep) {
  let mean = 0;
  let weight = 0;
  return values.map((value, i) => {
    if (!isNumber(value)) return null;
    const kept = keep(i);
    mean = kept * mean + (1 - kept) * value;
    weight = kept * weight + (1 - kept);
    return mean / weight;
  });
}

/**
 * The share of an exponential mean over about `memory` steps that survives each point, where points may stand for
 * several steps.
 * @param {number[]} steps  the last step of each point, ascending
 * @param {number} memory
 * @returns {(index: number) => number}
 */
export function keepOverSteps(steps, memory) {
  return (i) => (1 - 1 / memory) ** (i > 0 ? Math.max(1, steps[i] - steps[i - 1]) : 1);
}
