// Opens and closes the drawer with the settings of a new run.

import { part } from '../lib/dom.js';
import { onDrawer } from '../lib/drawer.js';
import { ask, parse } from '../lib/host.js';
import { onPlace, readPlace } from '../lib/place.js';
import { knownRuns } from '../lib/storage.js';
import { showProblems } from './problems.js';

/** @typedef {import('../lib/drawer.js').Purpose} Purpose */

const IS_OPEN = 'pg-open';
const NO_RUNS = 'pg-no-runs'; // on the page, where there is no run to show
const WIDE_PX = 640; // on a narrower screen the drawer covers the page, so it does not open by itself

/** `text`: a selector of the choice of an own text; `train`: of the button that trains. @typedef {Record<Purpose, string>} Constants */

/** @param {import('../lib/host.js').Host<Constants>} host */
export function mount({ element, props, server, watch, constants }) {
  const drawer = /** @type {HTMLElement} */ (element.closest('.pg-new-run'));
  /** What had the focus before. @type {HTMLElement | null} */
  let opener = null;
  let { run: shown } = readPlace();

  /** @param {Purpose} purpose */
  function open(purpose) {
    opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    drawer.classList.add(IS_OPEN);
    drawer.scrollTop = 0;
    const aim = drawer.querySelector(constants[purpose]);
    if (!(aim instanceof HTMLElement)) return;
    if (purpose === 'text') aim.click();
    aim.focus({ preventScroll: true });
  }

  function close() {
    const hadFocus = drawer.contains(document.activeElement);
    drawer.classList.remove(IS_OPEN);
    if (hadFocus) opener?.focus({ preventScroll: true });
  }

  drawer.setAttribute('role', 'region');
  drawer.setAttribute('aria-label', 'New run');
  onDrawer(element, open, close);
  part(element, '.dr-close').addEventListener('click', close);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !isListOpen(event.target)) close();
  };
  drawer.addEventListener('keydown', onKey, { capture: true }); // before a list has closed
  drawer.addEventListener('focusout', ({ target }) => setTimeout(() => closeLeftList(target)));
  onPlace(element, ({ run }) => {
    if (run) document.documentElement.classList.remove(NO_RUNS);
    if (run !== shown && run) close();
    shown = run;
  });
  const drawProblems = () => showProblems(drawer, parse(props.value)?.problems ?? {});
  watch('value', drawProblems);
  drawProblems();
  if (!shown) void offerWithoutRuns(server.runs, drawer);
}

/** Where there is no run to show, say so and offer the settings. @param {import('../lib/host.js').ServerFunction} askRuns @param {HTMLElement} drawer */
async function offerWithoutRuns(askRuns, drawer) {
  /** @type {import('../lib/host.js').Reply<{ current: string | null }>} */
  const answer = await ask(askRuns, { run: '', known: knownRuns(null) });
  if (answer.error !== undefined || answer.current || readPlace().run) return;
  document.documentElement.classList.add(NO_RUNS);
  if (innerWidth > WIDE_PX) drawer.classList.add(IS_OPEN);
}

/** Whether Escape closes a list of choices instead. @param {EventTarget | null} target */
const isListOpen = (target) => target instanceof Element && target.getAttribute('aria-expanded') === 'true';

/** Gradio leaves a list of choices open when the focus leaves it with Tab. @param {EventTarget | null} target */
function closeLeftList(target) {
  if (!isListOpen(target) || document.activeElement === target) return;
  target?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
}
