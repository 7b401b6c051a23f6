/** @param {number} shift  by which the model promises too much @returns {import('/widgets/honesty/parts.js').Part} */
export const partOf = (shift) => ({
  tokens: 200,
  bins: [0.25, 0.75].map((correct) => ({ n: 100, confidence: correct + shift, correct, low: correct - 0.1, high: correct + 0.1 })),
  error: Math.abs(shift), temperature: 1 + 4 * shift, temperatures: [0.5, 1, 2], losses: [3, 2, 2.5],
  frequency: [{ low: 0, high: 0, n: 50, loss: 8 }, { low: 4, high: 7, n: 150, loss: 3 }],
  place: [{ low: 1, high: 4, n: 100, loss: 5 }, { low: 5, high: 8, n: 100, loss: 4 }],
});

export const HONESTY = { train: partOf(-0.01), validation: partOf(0.2) };
