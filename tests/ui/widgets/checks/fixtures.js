export const FIGURES = [
  { what: 'Perplexity', book: '48725.8', here: '48725.8', matches: true },
  { what: 'Loss', book: '10.7940', here: '10.8000', matches: false },
];

/** @type {import('/widgets/checks/results.js').Continued} */
export const CONTINUED = { saved_at: 2, steps: [1, 2, 3, 4], whole: [6, 5, 4, 3], resumed: [null, null, 4, 3], weights: [null, null, 4, 3.5], apart: 0 };
