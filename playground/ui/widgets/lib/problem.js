// The line of a widget that says why the server refused.

import { setText } from './dom.js';

export const MOVE_A_CONTROL = 'The server did not answer; move a control to ask again.';

/**
 * Show the sentence of a refusal in `place`, or hide `place`; whether the reply is an answer.
 * @template {object} Answer
 * @param {import('./host.js').Reply<Answer>} reply
 * @param {HTMLElement} place
 * @returns {reply is Answer & { error?: undefined }}
 */
export function isUsable(reply, place) {
  setText(place, reply.error ?? '');
  place.hidden = reply.error === undefined;
  return reply.error === undefined;
}
