// Whether the learner has done the task of a lesson, by what the address says or the page shows. No DOM here.

import { parse } from '../lib/host.js';

/**
 * - `parameter`: the number in a parameter of the address is within bounds; `empty`: also if it is not there.
 * - `stage`: a setting of the laboratory's stage is within bounds. - `order`: its stages are these, in this order.
 * - `shown`: an element that matches the selector is visible, and was not, or had other contents, when the task began.
 * @typedef {{ min?: number, max?: number }} Bounds
 * @typedef {Bounds & { parameter?: string, empty?: boolean, stage?: string, setting?: string, order?: string[], shown?: string }} Condition
 */

/**
 * @param {Condition} condition
 * @param {string} address
 * @param {() => boolean} isNew  whether the element of `shown` is shown anew
 */
export function isDone(condition, address, isNew) {
  const found = new URL(address).searchParams;
  if (condition.shown) return isNew();
  if (condition.parameter) {
    const text = found.get(condition.parameter);
    return text ? isWithin(Number(text), condition) : Boolean(condition.empty);
  }
  /** @type {import('../lib/lab_state.js').StageEntry[]} */
  const stages = parse(found.get('lab'))?.stages ?? [];
  const active = Array.isArray(stages) ? stages.filter(({ on }) => on !== false) : [];
  if (condition.order) return condition.order.join() === active.map(({ name }) => name).join();
  const stage = active.find(({ name }) => name === condition.stage);
  return stage !== undefined && isWithin(Number(stage[condition.setting ?? '']), condition);
}

/** @param {number} value @param {Bounds} bounds */
const isWithin = (value, { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }) => value >= min && value <= max;

/**
 * Whether something is shown anew: after it was not, or with other contents.
 * @param {() => string | null} read  its contents; null while it is not shown
 * @returns {() => boolean}  to be called again and again
 */
export function shownAnew(read) {
  let before = read();
  return () => {
    const now = read();
    before = now === null ? null : before;
    return now !== before;
  };
}
