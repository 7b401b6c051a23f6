// The next token: the temperature, and below it the picture that the server makes of the state, as bars, waterfall, table.

import { fillTable, node, part, setText } from '../lib/dom.js';
import { ask, newest, parse } from '../lib/host.js';
import { readState, temperatureOf, withTemperature, writeState } from '../lib/lab_state.js';
import { MOVE_A_CONTROL, isUsable } from '../lib/problem.js';
import { makeBars } from './bars.js';
import { pathLabels, pictureTable, summary } from './picture.js';
import { makeWaterfall } from './waterfall.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */
/** @typedef {import('./picture.js').Picture} Picture */

const NARROW = '(max-width: 640px)';

/** @param {import('../lib/host.js').Host} host */
export function mount(host) {
  const { element, props, server, watch } = host;
  const root = part(element, '.distribution');
  const log = part(root, '.log input', HTMLInputElement);
  const details = part(root, '.table', HTMLDetailsElement);
  const table = part(root, '.table table', HTMLTableElement);
  const notes = part(root, '.notes');
  const temperature = part(root, '.temperature input', HTMLInputElement);
  const drawBars = makeBars(part(root, '.candidates'));
  const drawWaterfall = makeWaterfall(part(root, '.stages'));
  /** @type {Picture | null} */
  let picture = null;

  function drawTable() {
    if (!picture || !details.open) return;
    const { head, rows } = pictureTable(picture);
    fillTable(table, head, rows);
  }

  function draw() {
    if (!picture) return;
    drawBars(picture, log.checked);
    drawWaterfall(picture);
    part(root, '.path').replaceChildren(...pathLabels(picture).map((text) => node('span', { text })));
    drawTable();
    setText(part(root, '.summary'), summary(picture));
    setText(notes, picture.notes.join(' '));
    notes.hidden = !picture.notes.length;
  }

  const refresh = newest(async (/** @type {LabState} */ state) => {
    root.classList.toggle('stale', Boolean(root.dataset.drawn) && sourceOf(state) !== sourceOf(parse(root.dataset.drawn)));
    /** @type {import('../lib/host.js').Reply<Picture>} */
    const answer = await ask(server.trace, state, MOVE_A_CONTROL);
    if (!isUsable(answer, part(root, '.problem'))) return;
    picture = answer;
    root.classList.remove('stale');
    draw();
    root.dataset.drawn = JSON.stringify(state);
  });

  /** Show the temperature of a state, except in the slider if it comes from there. */
  function showTemperature(/** @type {LabState} */ state, isFromSlider = false) {
    const value = temperatureOf(state);
    if (!isFromSlider) temperature.value = String(value);
    temperature.setAttribute('aria-valuetext', String(value));
    setText(part(root, '.temperature output'), String(+value.toPrecision(4)));
  }

  function read() {
    const state = readState(props);
    if (!state) return;
    log.checked = state.log;
    showTemperature(state);
    refresh(state);
  }

  temperature.addEventListener('input', () => {
    const before = readState(props);
    if (!before) return;
    const state = withTemperature(before, temperature.valueAsNumber);
    writeState(host, state);
    showTemperature(state, true);
    refresh(state);
  });

  log.addEventListener('change', () => {
    const state = readState(props);
    if (state) writeState(host, { ...state, log: log.checked });
    draw();
  });
  details.addEventListener('toggle', drawTable);
  if (matchMedia(NARROW).matches) part(root, '.steps', HTMLDetailsElement).open = false; // the list of stages follows
  watch('value', read);
  read();
}

/** What the logits of a state depend on: bars of another source are no answer for it. @param {LabState} state */
const sourceOf = ({ source, words, run, step, prompt }) => JSON.stringify(source === 'toy' ? words : [run, step, prompt]);
