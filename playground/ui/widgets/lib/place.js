// What the page shows, kept in its address: the tab, and one current run, step and prompt for all tabs. So a link shows
// the same, and Back and Forward work. Widgets change the place with `goTo` and hear of changes with `onPlace`.

import { parse } from './host.js';

/**
 * `run`: its name, '' where there is none. `step`: 'last', 'best', or the number of a step. `prompt`: what the model
 * continues.
 * @typedef {{ tab: string, run: string, step: string, prompt: string }} Place
 */

/** Parameters of the address that belong to one tab only, such as the laboratory's state. @type {Record<string, string[]>} */
const OWN_PARAMETERS = { train: ['moment'], evaluate: ['passage', 'rows'], decoding: ['lab'], inside: ['inside'], generate: ['desk'], runs: ['compare', 'whatif'] };

const CHANGE = 'pg-place';

/** What holds where the address names no prompt: the one that the run's own samples start with. */
let defaultPrompt = '';

/**
 * The place that an address names; where it names no run or step: no run, its last step.
 * @param {string} address
 * @param {string} [prompt]  the one that holds if the address names none
 * @returns {Place}
 */
export function placeOf(address, prompt = '') {
  const found = new URL(address).searchParams;
  const lab = found.has('tab') ? {} : earlierPlace(found.get('lab'));
  return {
    tab: found.get('tab') ?? (found.has('lab') ? 'decoding' : 'train'),
    run: found.get('run') ?? lab.run ?? '',
    step: found.get('step') ?? lab.step ?? 'last',
    prompt: found.get('prompt') ?? lab.prompt ?? prompt,
  };
}

/**
 * The place in the laboratory's state of a link of an earlier version, which has no tab.
 * @param {string | null} lab
 * @returns {Partial<Place>}
 */
function earlierPlace(lab) {
  const state = parse(lab);
  if (state?.source !== 'model' || typeof state.run !== 'string') return {};
  const prompt = typeof state.prompt === 'string' ? { prompt: state.prompt } : {};
  return { run: state.run, step: String(state.step ?? 'last'), ...prompt };
}

/**
 * The address `from` with some of its place changed; what has its default is left out. A change of the run goes back to
 * the last step and to the run's own prompt, unless `change` names others.
 * @param {string} from
 * @param {Partial<Place>} change
 * @param {string} [prompt]  the default prompt
 */
export function addressOf(from, change, prompt = '') {
  const address = new URL(from);
  const before = placeOf(from, prompt);
  const isOther = change.run !== undefined && change.run !== before.run;
  const place = { ...before, ...(isOther && { step: 'last' }), ...change };
  const set = (/** @type {string} */ name, /** @type {string} */ value) =>
    value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
  set('tab', change.tab !== undefined || address.searchParams.has('lab') ? place.tab : address.searchParams.get('tab') ?? '');
  set('run', place.run);
  set('step', place.step === 'last' ? '' : place.step);
  set('prompt', place.prompt === prompt ? '' : place.prompt);
  if (isOther) address.searchParams.delete('moment');
  return address.href;
}

/** The address without what belongs to other tabs than the one that it opens. @param {string} from */
export function linkOf(from) {
  const address = new URL(from);
  const { tab } = placeOf(from);
  for (const [owner, names] of Object.entries(OWN_PARAMETERS)) {
    if (owner !== tab) for (const name of names) address.searchParams.delete(name);
  }
  address.searchParams.set('tab', tab);
  return address.href;
}

/** The current place. */
export const readPlace = () => placeOf(location.href, defaultPrompt);

/** The prompt that holds where the address names none. @param {string} prompt */
export function setDefaultPrompt(prompt) {
  if (prompt === defaultPrompt) return;
  defaultPrompt = prompt;
  announce();
}

/**
 * Change the place and announce it. By default Back returns to the one before; with `replace` it does not.
 * @param {Partial<Place>} change
 * @param {{ replace?: boolean }} [how]
 */
export function goTo(change, { replace = false } = {}) {
  write(addressOf(location.href, change, defaultPrompt), replace);
}

/** A parameter of the address; null if it is not there. @param {string} name */
export const getParameter = (name) => new URLSearchParams(location.search).get(name);

/**
 * Set a parameter of the address, or remove it with ''; announced like a change of the place.
 * @param {string} name
 * @param {string} value
 * @param {{ replace?: boolean }} [how]
 */
export function setParameter(name, value, { replace = true } = {}) {
  const address = new URL(location.href);
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
  if (value && name === 'lab' && !address.searchParams.has('tab')) address.searchParams.set('tab', readPlace().tab);
  write(address.href, replace);
}

/**
 * Call `listener` after each change of the place or of a parameter, also by Back and Forward, until `element` has left
 * the page.
 * @param {Element} element
 * @param {(place: Place) => void} listener
 */
export function onPlace(element, listener) {
  const heard = () => {
    if (element.isConnected) listener(readPlace());
    else for (const kind of [CHANGE, 'popstate']) removeEventListener(kind, heard);
  };
  for (const kind of [CHANGE, 'popstate']) addEventListener(kind, heard);
}

/** @param {string} address @param {boolean} replace */
function write(address, replace) {
  if (address === location.href) return;
  history[replace ? 'replaceState' : 'pushState'](history.state, '', address);
  announce();
}

function announce() {
  dispatchEvent(new Event(CHANGE));
}
