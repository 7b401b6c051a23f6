// The page's address for a state of the laboratory. No DOM here.

/** @typedef {import('../lib/lab_state.js').LabState} LabState */

const PARAMETER = 'lab';

/**
 * The fields of `state` that differ from `defaults`.
 * @param {LabState} state
 * @param {LabState} defaults
 * @returns {Partial<LabState>}
 */
export function changedFields(state, defaults) {
  const known = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (defaults));
  const changed = Object.entries(state).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(known[name]));
  return Object.fromEntries(changed);
}

/**
 * The address `page` with the changed fields of `state` in its parameter `lab`; all else in it stays.
 * @param {string} page
 * @param {LabState} state
 * @param {LabState} defaults
 */
export function linkTo(page, state, defaults) {
  const link = new URL(page);
  const all = changedFields(state, defaults);
  const { run, step, prompt, ...own } = all;
  const changed = state.source === 'model' ? own : all; // a model is that of the place, which the address names itself
  if (Object.keys(changed).length) link.searchParams.set(PARAMETER, JSON.stringify(changed));
  else link.searchParams.delete(PARAMETER);
  return link;
}
