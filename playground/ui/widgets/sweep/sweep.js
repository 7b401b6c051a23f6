// Probabilities over the temperature, one line for each word; below them the entropy; the current temperature marked.

import { onResize, part, setAttributes, setText, svgNode } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { readState } from '../lib/lab_state.js';
import { MOVE_A_CONTROL, isUsable } from '../lib/problem.js';
import { logTicks, ticks } from '../lib/scale.js';
import { whenSeen } from '../lib/when_seen.js';
import { colourOf, drawnLines, entropyPath, hereText, layoutFor, scalesFor, sweepTitle } from './sweep_lines.js';

/** @typedef {import('./sweep_lines.js').Sweep} Sweep */
/** @typedef {import('./sweep_lines.js').Layout} Layout */
/** @typedef {import('./sweep_lines.js').Scales} Scales */

const MIN_WIDTH = 260;

/** @param {import('../lib/host.js').Host} host */
export function mount({ element, props, server, watch }) {
  const root = part(element, '.sweep');
  const plot = part(root, '.plot', SVGSVGElement);
  /** @type {Sweep | null} */
  let sweep = null;

  function draw() {
    if (!sweep) return;
    drawSweep(plot, sweep, layoutFor(Math.max(MIN_WIDTH, root.clientWidth)));
    setText(part(root, '.here'), hereText(sweep));
  }

  const request = whenSeen(root, async (/** @type {import('../lib/lab_state.js').LabState} */ state) => {
    /** @type {import('../lib/host.js').Reply<Sweep>} */
    const answer = await ask(server.sweep, state, MOVE_A_CONTROL);
    if (!isUsable(answer, part(root, '.problem'))) return;
    sweep = answer;
    draw();
    root.dataset.drawn = JSON.stringify(state);
  });

  function read() {
    const state = readState(props);
    if (state) request(state);
  }

  onResize(root, draw);
  watch('value', read);
  read();
}

/**
 * @param {SVGSVGElement} plot
 * @param {Sweep} sweep
 * @param {Layout} layout
 */
function drawSweep(plot, sweep, layout) {
  const { width, height, right } = layout;
  const scales = scalesFor(sweep, layout);
  plot.replaceChildren();
  setAttributes(plot, { viewBox: `0 0 ${width} ${height}`, width, height });
  svgNode('title', { text: sweepTitle(sweep) }, plot);
  drawAxes(plot, sweep, layout, scales);
  for (const { label, colour, dashes, path, end, labelY } of drawnLines(sweep, layout, scales)) {
    svgNode('path', { class: 'line', d: path, stroke: colour, 'stroke-dasharray': dashes }, plot);
    svgNode('path', { class: 'lead', d: `M${right} ${end}L${right + 8} ${labelY - 4}`, stroke: colour }, plot);
    svgNode('text', { x: right + 11, y: labelY, class: 'name', text: label }, plot);
  }
  svgNode('path', { class: 'line entropy', d: entropyPath(sweep, scales) }, plot);
  drawCurrent(plot, sweep, layout, scales);
}

/**
 * @param {SVGSVGElement} plot
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @param {Scales} scales
 */
function drawAxes(plot, { temperatures }, { left, right, low, bottom, height }, { toX, toY, toBitsY, mostBits }) {
  const gridLine = (/** @type {number} */ y, /** @type {string} */ text) => {
    svgNode('line', { class: 'grid', x1: left, x2: right, y1: y, y2: y }, plot);
    svgNode('text', { x: left - 6, y: y + 4, 'text-anchor': 'end', text }, plot);
  };
  for (const p of [0, 0.25, 0.5, 0.75, 1]) gridLine(toY(p), `${100 * p} %`);
  for (const bits of ticks(0, mostBits, 3, true)) gridLine(toBitsY(bits), String(bits));
  svgNode('text', { x: left, y: low - 8, text: 'entropy in bits' }, plot);
  for (const temperature of logTicks(temperatures[0], temperatures[temperatures.length - 1])) {
    const x = toX(temperature);
    svgNode('line', { class: 'tick', x1: x, x2: x, y1: bottom, y2: bottom + 4 }, plot);
    svgNode('text', { x, y: bottom + 17, 'text-anchor': 'middle', text: String(temperature) }, plot);
  }
  svgNode('text', { x: (left + right) / 2, y: height - 3, 'text-anchor': 'middle', text: 'temperature' }, plot);
}

/**
 * The marks at the current temperature.
 * @param {SVGSVGElement} plot
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @param {Scales} scales
 */
function drawCurrent(plot, { now, here, entropy_here }, { top, bottom }, { toX, toY, toBitsY }) {
  const x = toX(now);
  svgNode('line', { class: 'now', x1: x, x2: x, y1: top, y2: bottom }, plot);
  for (const [i, p] of here.entries()) svgNode('circle', { cx: x, cy: toY(p), r: 3.5, fill: colourOf(i) }, plot);
  svgNode('circle', { cx: x, cy: toBitsY(entropy_here), r: 3.5, class: 'dot' }, plot);
}
