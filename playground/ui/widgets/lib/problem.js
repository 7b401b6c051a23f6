// The line of a widget that says why the server refused.

import { setText } from './dom.js';

export const MOVE_A_CONTROL = 'The server did not answer; move a control to ask again.';

/**
 * Show the sentence of a refusal in `place`, or hide `place`; whether the answer can be used.
 * @template {object} Answer
 * @param {Answer | { error?: string }} answer
 * @param {HTMLElement} place
 * @returns {answer is Answer}
 */
export function isUsable(answer, place) {
  const sentence = /** @type {{ error?: string }} */ (answer).error ?? '';
  setText(place, sentence);
  place.hidden = !sentence;
  return !sentence;
}
