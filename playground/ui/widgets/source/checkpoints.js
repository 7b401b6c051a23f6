// The checkpoints of a run that can be chosen. No DOM here.

import { whole } from '../lib/format.js';

/** @typedef {number | 'last' | 'best'} Step */

/**
 * The choices of a run with checkpoints at `steps`, newest first; `chosen` is always among them.
 * @param {number[]} steps  ascending
 * @param {Step} chosen
 */
export function stepChoices(steps, chosen) {
  /** @type {Step[]} */
  const choices = ['last', 'best', ...[...steps].reverse()];
  if (!choices.includes(chosen)) choices.push(chosen);
  return choices.map((step) => ({ value: String(step), label: stepLabel(step) }));
}

/** @param {Step} step */
function stepLabel(step) {
  if (typeof step === 'string') return `the ${step}`;
  return `step ${whole(step)}${step === 0 ? ', untrained' : ''}`;
}

/** The step that the value of a choice stands for. @param {string} value @returns {Step} */
export const stepOf = (value) => (value === 'last' || value === 'best' ? value : Number(value));
