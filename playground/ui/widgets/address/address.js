// The state in the page's address: written as it changes, taken from there, copied, reset, or set as in the chapter.

import { copyLink } from '../saving/copy_link.js';
import { node, part, setText } from '../lib/dom.js';
import { readState, writeState } from '../lib/lab_state.js';
import { getParameter, linkOf, onPlace, setParameter } from '../lib/place.js';
import { PARAMETER, linkTo, parameterOf } from './link.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */

/**
 * @typedef {object} Constants
 * @property {LabState} defaults  the chapter's state
 * @property {LabState} start  the state that a page opens with
 * @property {{ label: string, state: Partial<LabState> }[]} quick
 */

const REST_MS = 250; // browsers limit how often an address may change

/** @param {import('../lib/host.js').Host<Constants>} host */
export function mount(host) {
  const { element, props, watch, trigger, constants } = host;
  const { defaults, start, quick } = constants;
  const done = part(element, '.done');
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isFirst = true;
  let known = loadedParameter(); // Python has read that one

  function writeAddress() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const state = readState(props);
      if (!state) return;
      known = parameterOf(state, constants);
      setParameter(PARAMETER, known);
    }, REST_MS);
  }

  /** Open what another part of the page, Back or Forward has put into the address. */
  function follow() {
    const lab = getParameter(PARAMETER) ?? '';
    if (lab === known) return;
    known = lab;
    clearTimeout(timer);
    trigger('link', { lab });
  }

  function change(/** @type {LabState} */ state) {
    writeState(host, state);
    writeAddress();
  }

  part(element, '.reset').addEventListener('click', () => {
    change(structuredClone(start));
    setText(done, 'As at the start.');
  });
  part(element, '.copy').addEventListener('click', async () => {
    const isCopied = await copyLink(linkOf(String(linkTo(location.href, readState(props) ?? defaults, constants))));
    setText(done, isCopied ? 'Copied.' : 'The browser does not let us copy; the link is in the address bar.');
  });
  part(element, '.quick').append(...quick.map(({ label, state }) => node('button', {
    type: 'button', text: label, onclick: () => change({ ...defaults, ...readState(props), ...structuredClone(state) }),
  })));

  watch('value', () => {
    if (!isFirst) setText(done, '');
    isFirst = false;
    writeAddress();
  });
  follow();
  onPlace(element, follow);
}

/** The parameter in the address that the page was loaded with. */
function loadedParameter() {
  const [loaded] = performance.getEntriesByType('navigation');
  return new URL(loaded?.name ?? location.href, location.href).searchParams.get(PARAMETER) ?? '';
}
