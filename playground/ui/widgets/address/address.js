// The state in the page's address: written as it changes, copied, reset, or set to one of the chapter's settings.

import { node, part, setText } from '../lib/dom.js';
import { readState, writeState } from '../lib/lab_state.js';
import { linkTo } from './link.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */

/** @typedef {{ defaults: LabState, quick: { label: string, state: Partial<LabState> }[] }} Constants */

const REST_MS = 250; // browsers limit how often an address may change

/** @param {import('../lib/host.js').Host<Constants>} host */
export function mount(host) {
  const { element, props, watch } = host;
  const { defaults, quick } = host.constants;
  const done = part(element, '.done');
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isFirst = true;

  function writeAddress() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const state = readState(props);
      if (state) history.replaceState(history.state, '', linkTo(location.href, state, defaults));
    }, REST_MS);
  }

  function change(/** @type {LabState} */ state) {
    writeState(host, state);
    writeAddress();
  }

  part(element, '.reset').addEventListener('click', () => {
    change(structuredClone(defaults));
    setText(done, "The chapter's settings are back.");
  });
  part(element, '.copy').addEventListener('click', async () => {
    const text = String(linkTo(location.href, readState(props) ?? defaults, defaults));
    try {
      await navigator.clipboard.writeText(text);
      setText(done, 'Copied.');
    } catch {
      history.replaceState(history.state, '', text);
      setText(done, 'The browser does not let us copy; the address bar holds it.');
    }
  });
  part(element, '.quick').append(...quick.map(({ label, state }) => node('button', {
    type: 'button', text: label, onclick: () => change({ ...defaults, ...readState(props), ...structuredClone(state) }),
  })));

  watch('value', () => {
    if (!isFirst) setText(done, '');
    isFirst = false;
    writeAddress();
  });
}
