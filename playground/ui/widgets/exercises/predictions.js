// Predictions beside results. No DOM here.

/**
 * What a card asks to predict: a number or one of `options` for each label.
 * @typedef {{ kind: 'numbers', labels: string[], unit: string, max: number }} NumbersToPredict
 * @typedef {{ kind: 'choices', labels: string[], options: string[], expected: string[] }} ChoicesToPredict
 */

/**
 * @typedef {object} Card
 * @property {string} number  of the exercise, such as 5.1
 * @property {string} place  id of the element that shows the state of a button
 * @property {string} title
 * @property {string} question
 * @property {NumbersToPredict | ChoicesToPredict} predict
 * @property {{ label: string, state: Partial<import('../lib/lab_state.js').LabState> }[]} set_ups  buttons
 * @property {string} why
 */

/** @typedef {{ head: string[], rows: string[][] }} Table */

const PROSE_CHARS = 20;

/** Whether every prediction was made. @param {string[]} predicted */
export const isComplete = (predicted) => predicted.every((text) => text !== '');

/**
 * The result with the predictions as its second column.
 * @param {Table} result
 * @param {string[]} predicted
 * @returns {Table}
 */
export function withPredictions({ head, rows }, predicted) {
  const insert = (/** @type {string[]} */ [name, ...rest], /** @type {string} */ said) => [name, said, ...rest];
  return { head: insert(head, 'you said'), rows: rows.map((row, i) => insert(row, predicted[i])) };
}

/**
 * The predictions beside the expected choices, and how many agree.
 * @param {ChoicesToPredict} asked
 * @param {string[]} predicted
 * @returns {Table & { verdict: string }}
 */
export function compareChoices({ labels, expected }, predicted) {
  const agrees = labels.map((_, i) => predicted[i] === expected[i]);
  return {
    verdict: `${agrees.filter(Boolean).length} of ${labels.length} as expected.`,
    head: ['', 'you said', 'expected', ''],
    rows: labels.map((label, i) => [label, predicted[i], expected[i], agrees[i] ? '✓' : '≠']),
  };
}

/** Whether the last column of a table has text that reads from the left. @param {Table} table */
export const endsInProse = ({ rows }) => rows[0][rows[0].length - 1].length > PROSE_CHARS;
