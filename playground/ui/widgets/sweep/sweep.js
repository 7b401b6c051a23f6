// Probabilities over the temperature, one line for each word; below them the entropy. A drag sets the temperature.

import { onResize, part, setAttributes, setText } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { firstState, readState, temperatureOf, withTemperature, writeState } from '../lib/lab_state.js';
import { MOVE_A_CONTROL, isUsable } from '../lib/problem.js';
import { whenSeen } from '../lib/when_seen.js';
import { pointedAt, pointedText, temperatureAfter, temperatureAt, withNow } from './chart_place.js';
import { drawSweep } from './chart.js';
import { drawnLines, hereText, layoutFor, scalesFor } from './sweep_lines.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */
/** @typedef {import('./sweep_lines.js').Sweep} Sweep */

const MIN_WIDTH = 260;

/** @param {import('../lib/host.js').Host} host */
export function mount(host) {
  const { element, props, server, watch } = host;
  const root = part(element, '.sweep');
  const plot = part(root, '.plot', SVGSVGElement);
  let state = firstState(props);
  /** @type {Sweep | null} */
  let sweep = null;
  /** @type {{ at: number, line: number } | null} */
  let pointed = null;
  /** @type {((sweep: Sweep) => void) | null} */
  let mark = null;
  let isPlanned = false;

  const layoutNow = () => layoutFor(Math.max(MIN_WIDTH, root.clientWidth));

  function draw() {
    if (!sweep) return;
    mark = drawSweep(plot, sweep, layoutNow(), pointed);
    describe(sweep);
  }

  function describe(/** @type {Sweep} */ shown) {
    setText(part(root, '.here'), pointed ? pointedText(shown, pointed) : hereText(shown));
    setAttributes(plot, { 'aria-valuenow': shown.now, 'aria-valuetext': `T = ${shown.now}` });
  }

  /** Move the marks to the current temperature before the next frame: a slider must not wait for them. */
  function planMark() {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      if (!sweep || !plot.clientWidth) return;
      sweep = withNow(sweep, temperatureOf(state));
      mark?.(sweep);
      describe(sweep);
    });
  }

  const request = whenSeen(root, async (/** @type {LabState} */ asked) => {
    /** @type {import('../lib/host.js').Reply<Sweep>} */
    const answer = await ask(server.sweep, asked, MOVE_A_CONTROL);
    if (!isUsable(answer, part(root, '.problem'))) return;
    sweep = withNow(answer, temperatureOf(state)); // it may have moved on meanwhile
    if (answer.now === sweep.now) sweep = answer;
    draw();
    root.dataset.drawn = JSON.stringify(asked);
  });

  /** Show a state: the temperature at once, the rest when the server has answered. */
  function take(/** @type {LabState} */ next) {
    state = next;
    if (sweep && sweep.now !== temperatureOf(state)) planMark();
    request(state);
  }

  function set(/** @type {number | undefined} */ temperature) {
    if (temperature === undefined || temperature === temperatureOf(state)) return;
    const next = withTemperature(state, temperature);
    writeState(host, next);
    take(next);
  }

  function point(/** @type {PointerEvent | null} */ event) {
    if (!sweep) return;
    const layout = layoutNow();
    const scales = scalesFor(sweep, layout);
    pointed = event && pointedAt(sweep, scales, drawnLines(sweep, layout, scales).map(({ lift }) => lift), placeOf(plot, event));
    draw();
  }

  followPointer(plot, { set: (x) => set(sweep ? temperatureAt(sweep, layoutNow(), x) : undefined), point });
  plot.addEventListener('keydown', (event) => {
    const temperature = sweep ? temperatureAfter(event.key, { ...sweep, now: temperatureOf(state) }) : undefined;
    if (temperature === undefined) return;
    event.preventDefault();
    set(temperature);
  });
  onResize(root, draw);
  watch('value', () => take(readState(props) ?? state));
  take(state);
}

/** Where the pointer is in the pixels of the plot. @param {SVGSVGElement} plot @param {PointerEvent} event */
function placeOf(plot, event) {
  const { left, top } = plot.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

/**
 * A press or a drag sets; a pointer that hovers points. With a finger, a drag down scrolls the page and sets nothing.
 * @param {SVGSVGElement} plot
 * @param {{ set: (x: number) => void, point: (event: PointerEvent | null) => void }} actions
 */
function followPointer(plot, { set, point }) {
  let isDragged = false;
  const setAt = (/** @type {PointerEvent} */ event) => set(placeOf(plot, event).x);
  plot.addEventListener('pointerdown', (event) => {
    isDragged = true;
    point(null);
    if (event.pointerType !== 'touch') setAt(event);
  });
  plot.addEventListener('pointermove', (event) => {
    if (isDragged) {
      plot.setPointerCapture(event.pointerId);
      setAt(event);
    } else if (event.pointerType !== 'touch') point(event);
  });
  plot.addEventListener('pointerup', (event) => {
    if (isDragged) setAt(event);
    isDragged = false;
  });
  plot.addEventListener('pointercancel', () => {
    isDragged = false;
  });
  plot.addEventListener('pointerleave', () => {
    if (!isDragged) point(null);
  });
}
