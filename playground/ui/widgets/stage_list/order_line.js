// The line that says whether the order of the stages makes a difference.

import { node } from '../lib/dom.js';
import { ask, newest } from '../lib/host.js';

/**
 * The answer of the server function `order`: with `stages`, the order that makes a difference.
 * @typedef {{ text: string, size: number, stages: import('../lib/lab_state.js').StageEntry[] | null }} Order
 */

const REST_MS = 150; // the answer takes several runs of all stages

/**
 * Show in `line` whether the order matters.
 * @param {HTMLElement} line
 * @param {import('../lib/host.js').ServerFunction} order
 * @param {object} settings
 * @param {(value: string) => boolean} settings.isCurrent  whether an answer to this state is still wanted
 * @param {(size: number) => void} settings.onSize  gets the size of the vocabulary
 * @param {(stages: NonNullable<Order['stages']>) => void} settings.onChoose  takes the other order
 * @returns {(value: string) => void}  asks for a state, given as JSON, once changes have rested
 */
export function makeOrderLine(line, order, { isCurrent, onSize, onChoose }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const request = newest(async (/** @type {string} */ value) => {
    /** @type {import('../lib/host.js').Reply<Order>} */
    const answer = await ask(order, JSON.parse(value));
    if (!isCurrent(value)) return;
    line.classList.toggle('matters', answer.error === undefined && answer.stages !== null);
    line.replaceChildren(node('span', { text: answer.error === undefined ? answer.text : '' }));
    if (answer.error !== undefined) return; // the picture shows the sentence
    onSize(answer.size);
    const { stages } = answer;
    if (!stages) return;
    line.append(node('button', { type: 'button', class: 'link', text: 'Show the other order', onclick: () => onChoose(stages) }));
  });

  return (value) => {
    clearTimeout(timer);
    timer = setTimeout(() => request(value), REST_MS);
  };
}
