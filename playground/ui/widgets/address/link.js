// The laboratory's state as a parameter of the page's address. No DOM here.

/** @typedef {import('../lib/lab_state.js').LabState} LabState */

export const PARAMETER = 'lab';

/**
 * The fields of `state` that differ from `other`.
 * @param {LabState} state
 * @param {LabState} other
 * @returns {Partial<LabState>}
 */
export function changedFields(state, other) {
  const known = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (other));
  const changed = Object.entries(state).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(known[name]));
  return Object.fromEntries(changed);
}

/**
 * The parameter for `state`: its fields that differ from the chapter's; '' for the state that a page without one opens
 * with.
 * @param {LabState} state
 * @param {{ defaults: LabState, start: LabState }} states  the chapter's state, and the one that a page opens with
 */
export function parameterOf(state, { defaults, start }) {
  if (!Object.keys(changedFields(state, start)).length) return '';
  const all = changedFields(state, defaults);
  const { run, step, prompt, ...own } = all;
  return JSON.stringify(state.source === 'model' ? own : all); // a model is that of the place, which has its own parameters
}

/**
 * The address `page` for `state`; all else in it stays.
 * @param {string} page
 * @param {LabState} state
 * @param {{ defaults: LabState, start: LabState }} states
 */
export function linkTo(page, state, states) {
  const link = new URL(page);
  const text = parameterOf(state, states);
  if (text) link.searchParams.set(PARAMETER, text);
  else link.searchParams.delete(PARAMETER);
  return link;
}
