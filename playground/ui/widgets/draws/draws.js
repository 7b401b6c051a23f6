// Counts beside expected counts, and the share of one word over the number of draws.

import { node, onResize, part, setText } from '../lib/dom.js';
import { visible } from '../lib/format.js';
import { ask } from '../lib/host.js';
import { readState, writeState } from '../lib/lab_state.js';
import { bindLesson } from '../lib/lab_lesson.js';
import { MOVE_A_CONTROL, isUsable } from '../lib/problem.js';
import { whenSeen } from '../lib/when_seen.js';
import { roundDraws } from './counts.js';
import { makeCountsList } from './counts_list.js';
import { drawShare } from './share_plot.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */
/** @typedef {import('./counts.js').Draws} Draws */

/** @typedef {{ max_draws: number, max_seed: number }} Constants */

const MIN_WIDTH = 240;

/** @param {import('../lib/host.js').Host<Constants>} host */
export function mount(host) {
  const { element, props, server, watch, constants } = host;
  const root = part(element, '.draws');
  const range = part(root, 'input[type="range"]', HTMLInputElement);
  const box = part(root, '.n', HTMLInputElement);
  const seed = part(root, '.seed', HTMLInputElement);
  const follow = part(root, 'select', HTMLSelectElement);
  const counts = part(root, '.counts');
  const plot = part(root, '.plot', SVGSVGElement);
  const showLesson = bindLesson(host, part(element, 'details.lesson', HTMLDetailsElement));
  const drawCounts = makeCountsList(counts);
  /** @type {Draws | null} */
  let drawn = null;

  range.max = String(Math.log10(constants.max_draws));
  box.max = String(constants.max_draws);
  seed.max = String(constants.max_seed);

  function draw() {
    if (!drawn) return;
    drawCounts(drawn);
    fillFollow(follow, drawn);
    setText(part(root, '.tell'), drawn.follow.text);
    drawShare(plot, drawn, Math.max(MIN_WIDTH, root.clientWidth));
  }

  const request = whenSeen(root, async (/** @type {LabState} */ state) => {
    /** @type {import('../lib/host.js').Reply<Draws>} */
    const answer = await ask(server.draws, state, MOVE_A_CONTROL);
    if (!isUsable(answer, part(root, '.problem'))) return;
    drawn = answer;
    counts.classList.toggle('wide', state.source === 'model');
    draw();
    root.dataset.drawn = JSON.stringify(state);
  });

  function change(/** @type {Partial<LabState>} */ changes) {
    const state = readState(props);
    if (!state) return;
    const changed = { ...state, ...changes };
    writeState(host, changed);
    request(changed);
  }

  function describeRange() {
    range.setAttribute('aria-valuetext', `${box.value} draws`);
  }

  range.addEventListener('input', () => {
    box.value = String(roundDraws(range.valueAsNumber, constants.max_draws));
    describeRange();
    change({ n: box.valueAsNumber });
  });
  box.addEventListener('input', () => {
    if (!isFilled(box)) return;
    range.value = String(Math.log10(box.valueAsNumber));
    change({ n: box.valueAsNumber });
  });
  seed.addEventListener('input', () => {
    if (isFilled(seed)) change({ seed: seed.valueAsNumber });
  });
  follow.addEventListener('change', () => change({ follow: follow.value }));

  function read() {
    const state = readState(props);
    if (!state) return;
    if (document.activeElement !== box) box.value = String(state.n);
    if (document.activeElement !== range) range.value = String(Math.log10(state.n));
    if (document.activeElement !== seed) seed.value = String(state.seed);
    range.setAttribute('aria-valuetext', `${state.n} draws`);
    showLesson();
    request(state);
  }

  onResize(root, draw);
  watch('value', read);
  read();
}

/** Whether a number box has a valid number. @param {HTMLInputElement} box */
const isFilled = (box) => box.value !== '' && box.checkValidity();

/**
 * Offer the words of the rows to be followed; the list is rebuilt only when they differ.
 * @param {HTMLSelectElement} select
 * @param {Draws} draws
 */
function fillFollow(select, { rows, follow }) {
  const words = rows.map((row) => row.word);
  if (words.join('\n') !== [...select.options].map((option) => option.value).join('\n')) {
    select.replaceChildren(...words.map((word) => node('option', { value: word, text: visible(word) })));
  }
  select.value = follow.word;
}
