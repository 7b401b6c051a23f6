// What can be chosen in the header. No DOM here.

/**
 * @typedef {object} Runs  the server's answer
 * @property {string[]} runs
 * @property {string[]} [titles]  what they are called, in the same order
 * @property {string | null} current
 * @property {[value: string, label: string][]} steps
 * @property {string} prompt
 * @property {string | null} missing
 */

/** @typedef {{ value: string, label: string }} Option */

/**
 * The options of the run, the current one among them also where it cannot be opened.
 * @param {Pick<Runs, 'runs' | 'titles'>} answer
 * @param {string} run  the current one
 * @returns {Option[]}
 */
export function runOptions({ runs, titles = runs }, run) {
  const options = runs.map((name, i) => ({ value: name, label: titles[i] }));
  if (run && !runs.includes(run)) options.unshift({ value: run, label: run });
  return options.length ? options : [{ value: '', label: 'None yet' }];
}

/**
 * The options of the step, the current one among them.
 * @param {Pick<Runs, 'steps'>} answer
 * @param {string} step  the current one
 * @returns {Option[]}
 */
export function stepOptions({ steps }, step) {
  const options = steps.map(([value, label]) => ({ value, label }));
  if (options.some(({ value }) => value === step)) return options;
  if (!options.length) return [{ value: step, label: 'None saved yet' }];
  return [{ value: step, label: `${step} (not saved)` }, ...options];
}
