const groups = (/** @type {number} */ by) => [{ low: 1, high: 1, n: 5, loss: 6 - by }, { low: 2, high: 3, n: 9, loss: 5 - by }];

/** @type {import('/widgets/over_time/lines.js').OverTime} */
export const FOUND = {
  copied: [[10, 0], [20, 0.25], [30, 0.75]],
  evals: [[1, 7, 7.1], [10, 4, 5.5], [20, 2, 5.9], [30, 0.5, 6.2]],
  steps: [0, 15, 30],
  parts: {
    train: { errors: [0.02, 0.01, 0.03], places: [groups(0), groups(2), groups(4)] },
    validation: { errors: [0.03, 0.02, 0.2], places: [groups(0), groups(0.5), groups(0.25)] },
  },
};
