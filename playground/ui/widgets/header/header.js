// The top of the page: the pickers of run and step, the tab that is open, and the buttons for the page as a whole.

import { offerLink } from '../saving/copy_link.js';
import { node, part, parts, setText } from '../lib/dom.js';
import { ask, parse } from '../lib/host.js';
import { getParameter, goTo, onPlace, readPlace, setDefaultPrompt, setParameter } from '../lib/place.js';
import { poll } from '../lib/poll.js';
import { knownRuns } from '../lib/storage.js';
import { askFor, doneLessons } from '../lesson/tour.js';
import { runOptions, stepOptions } from './choices.js';
import { switchColours } from './colours.js';

/** @typedef {import('./choices.js').Runs} Runs */

/** @typedef {{ tabs: string[] }} Constants */

const NO_RUN_MS = 3000; // the first run may be started elsewhere
const SETTLED_MS = 60_000; // new steps are asked for when a picker is opened, too
const OPEN_ATTEMPTS = 20;
const OPEN_AGAIN_MS = 150;
const PRESENT = 'present';
const TABS = '#pg-tabs > .tab-wrapper';

/** @param {import('../lib/host.js').Host<Constants>} host */
export function mount(host) {
  const { element } = host;
  if (getParameter('lab') && !getParameter('tab')) goTo(readPlace(), { replace: true }); // a link of an earlier version
  switchColours(part(element, '.hd-theme'));
  offerLink(part(element, '.hd-copy'), 'In address');
  offerLessons(element);
  part(element, '.hd-reset').addEventListener('click', () => location.assign(location.pathname));
  const menu = part(element, '.hd-menu'); // shown on a narrow screen only
  menu.addEventListener('click', () => menu.setAttribute('aria-expanded', String(menu.getAttribute('aria-expanded') !== 'true')));
  const present = offerPresent(part(element, '.hd-present'));
  const tabs = keepTab(host.constants.tabs);
  const pickers = new Pickers(host);
  onPlace(element, () => {
    present();
    tabs();
    pickers.follow();
  });
}

class Pickers {
  #host;
  #run;
  #step;
  #message;
  /** @type {Runs | null} */ #answer = null;
  #askNow;

  /** @param {import('../lib/host.js').Host<Constants>} host */
  constructor(host) {
    const { element, props, watch } = host;
    this.#host = host;
    this.#run = part(element, '.hd-run', HTMLSelectElement);
    this.#step = part(element, '.hd-step', HTMLSelectElement);
    this.#message = part(element, '.hd-message');
    this.#run.addEventListener('change', () => goTo({ run: this.#run.value }));
    this.#step.addEventListener('change', () => goTo({ step: this.#step.value }));
    for (const picker of [this.#run, this.#step]) {
      for (const kind of ['pointerdown', 'focus']) picker.addEventListener(kind, () => this.#askNow());
    }
    watch('value', () => goTo(parse(props.value) ?? {}, { replace: true }));
    this.#askNow = poll(element, () => this.#ask(), NO_RUN_MS);
    this.follow();
  }

  /** Show the current place, and tell it to Python. */
  follow() {
    const { run, step } = readPlace();
    if (this.#answer?.current !== (run || null)) this.#askNow();
    this.#show(run, step);
    this.#report();
  }

  /** Ask which runs there are; how long to wait before asking again. */
  async #ask() {
    const asked = readPlace().run;
    /** @type {import('../lib/host.js').Reply<Runs>} */
    const answer = await ask(this.#host.server.runs, { run: asked, known: knownRuns(asked || null) });
    if (answer.error !== undefined) return NO_RUN_MS;
    if (asked !== readPlace().run) return 0; // another one was chosen meanwhile
    this.#answer = answer;
    if (!asked && answer.current) goTo({ run: answer.current }, { replace: true });
    setDefaultPrompt(answer.prompt);
    setText(this.#message, answer.missing ?? '');
    this.#message.hidden = !answer.missing;
    const { run, step } = readPlace();
    this.#show(run, step);
    this.#report();
    return answer.current ? SETTLED_MS : NO_RUN_MS;
  }

  /** @param {string} run @param {string} step */
  #show(run, step) {
    if (!this.#answer) return;
    const isKnown = this.#answer.current === (run || null);
    fill(this.#run, runOptions(this.#answer, run), run);
    fill(this.#step, stepOptions(isKnown ? this.#answer : { steps: [[step, '…']] }, step), step);
  }

  #report() {
    const { run, step, prompt } = readPlace();
    const value = JSON.stringify({ run, step, prompt });
    if (value === this.#host.props.value) return;
    this.#host.props.value = value;
    this.#host.trigger('place');
  }
}

/**
 * Show options only where they changed, since that would close an open list.
 * @param {HTMLSelectElement} picker
 * @param {import('./choices.js').Option[]} options
 * @param {string} chosen
 */
function fill(picker, options, chosen) {
  const shown = JSON.stringify(options);
  if (picker.dataset.options !== shown) {
    picker.dataset.options = shown;
    picker.replaceChildren(...options.map(({ value, label }) => node('option', { value, text: label })));
  }
  picker.value = chosen;
  picker.disabled = options.length < 2;
  picker.title = picker.selectedOptions[0]?.textContent ?? '';
}

/** The tour, and a lesson made of what is shown; the widget `lesson` opens both. @param {HTMLElement} element */
function offerLessons(element) {
  const tour = part(element, '.hd-tour');
  tour.classList.toggle('hd-first', !doneLessons().length);
  tour.addEventListener('click', () => askFor('tour'));
  part(element, '.hd-lesson').addEventListener('click', () => askFor('make'));
}

/**
 * Larger type without the settings, for a projector; kept in the address.
 * @param {HTMLElement} button
 * @returns {() => void}  shows what the address says
 */
function offerPresent(button) {
  const show = () => {
    const isOn = getParameter(PRESENT) !== null;
    document.documentElement.classList.toggle('pg-present', isOn);
    button.setAttribute('aria-pressed', String(isOn));
  };
  button.addEventListener('click', () => setParameter(PRESENT, getParameter(PRESENT) === null ? '1' : '', { replace: false }));
  show();
  return show;
}

/**
 * Keep the open tab and the address the same, in both directions. On a narrow screen Gradio puts the tabs that do not fit
 * into a menu; there they have no ids, so they are known by their labels.
 * @param {string[]} ids  of the page's tabs
 * @returns {() => void}  opens the tab that the address names
 */
function keepTab(ids) {
  const inMenu = () => parts(document, `${TABS} > .overflow-menu > .overflow-dropdown > button`);
  const labels = () => parts(document, `${TABS} > [aria-hidden] > button`).map((tab) => tab.textContent);
  const button = (/** @type {string} */ id) =>
    document.querySelector(`${TABS} [data-tab-id="${CSS.escape(id)}"]`)
    ?? inMenu().find((tab) => tab.textContent === labels()[ids.indexOf(id)]);
  const isOpen = (/** @type {string} */ id) => button(id)?.classList.contains('selected');
  const idOf = (/** @type {Element} */ tab) =>
    tab.getAttribute('data-tab-id') ?? ids[labels().indexOf(tab.textContent)] ?? '';
  document.addEventListener('click', ({ target }) => {
    const tab = target instanceof Element ? target.closest(`[data-tab-id], ${TABS} > .overflow-menu > .overflow-dropdown > button`) : null;
    const id = tab && idOf(tab);
    if (id && ids.includes(id) && readPlace().tab !== id) goTo({ tab: id });
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const open = (attempts = OPEN_ATTEMPTS) => {
    clearTimeout(timer);
    const { tab } = readPlace();
    if (!ids.includes(tab) || isOpen(tab)) return;
    const found = button(tab);
    if (found instanceof HTMLElement) found.click();
    if (attempts > 1) timer = setTimeout(() => open(attempts - 1), OPEN_AGAIN_MS); // the tabs may not listen yet
  };
  open();
  return () => open();
}
