// What is shown of a model's next token: how many tokens, and one to find.

import { node, part } from '../lib/dom.js';

const REST_MS = 350;

/**
 * Let the tokens that are shown be chosen in the fields of `root`.
 * @param {HTMLElement} root
 * @param {import('./source.js').Lab} lab
 * @param {{ tops: number[] }} settings
 * @returns {{ show: () => void }}  shows the state
 */
export function makeModelForm(root, lab, { tops }) {
  const top = part(root, '.top', HTMLSelectElement);
  const find = part(root, '.find', HTMLInputElement);

  top.append(...tops.map((count) => node('option', { value: count, text: `top ${count}` })));

  function show() {
    const state = lab.state();
    if (document.activeElement !== find) find.value = state.find;
    if (document.activeElement !== top) top.value = String(state.top);
  }

  top.addEventListener('change', () => lab.change({ top: Number(top.value) }));
  whenTyped(find, () => lab.change({ find: find.value }));
  return { show };
}

/**
 * Call `act` once typing into `input` has rested, since a model is asked then.
 * @param {HTMLElement} input
 * @param {() => void} act
 */
export function whenTyped(input, act) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(act, REST_MS);
  });
}
