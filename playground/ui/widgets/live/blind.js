// The loss of blind guessing, as a line of the chart. No DOM here.

import { isNumber, whole } from '../lib/format.js';

/**
 * The loss of a model that gives every token of its vocabulary the same probability; null while the size is unknown.
 * @param {number | null | undefined} vocabularySize
 */
export function blindGuessing(vocabularySize) {
  if (!isNumber(vocabularySize) || vocabularySize < 2) return null;
  const y = Math.log(vocabularySize);
  const sum = `ln ${whole(vocabularySize)} = ${y.toFixed(2)}`;
  return {
    y,
    text: `blind guessing: ${sum}`,
    why: `A model that knows nothing gives each of the ${whole(vocabularySize)} tokens the probability `
      + `1/${whole(vocabularySize)}, and the loss is minus the logarithm of the right one's: ${sum}.`,
  };
}
