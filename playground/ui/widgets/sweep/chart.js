// Draws the sweep.

import { setAttributes, svgNode } from '../lib/dom.js';
import { logTicks, ticks } from '../lib/plot/scale.js';
import { drawnLines, entropyPath, scalesFor, sweepTitle } from './sweep_lines.js';

/** @typedef {import('./sweep_lines.js').Sweep} Sweep */
/** @typedef {import('./sweep_lines.js').Layout} Layout */
/** @typedef {import('./sweep_lines.js').Scales} Scales */

/**
 * @param {SVGSVGElement} plot
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @param {{ at: number, line: number } | null} pointed  indices of a temperature and a line that are pointed at
 * @returns {(sweep: Sweep) => void}  draws only the marks at the current temperature anew
 */
export function drawSweep(plot, sweep, layout, pointed) {
  const { width, height, right, top, bottom } = layout;
  const scales = scalesFor(sweep, layout);
  plot.replaceChildren();
  setAttributes(plot, { viewBox: `0 0 ${width} ${height}`, width, height });
  svgNode('title', { text: sweepTitle(sweep) }, plot);
  drawAxes(plot, sweep, layout, scales);
  const lines = drawnLines(sweep, layout, scales);
  for (const [i, { label, dashes, path, lift, end, labelY }] of lines.entries()) {
    const group = svgNode('g', { class: i === pointed?.line ? 'word pointed' : 'word' }, plot);
    svgNode('path', { class: 'line', d: path, 'stroke-dasharray': dashes, transform: `translate(0 ${-lift})` }, group);
    svgNode('path', { class: 'lead', d: `M${right} ${end}L${right + 8} ${labelY - 4}` }, group);
    svgNode('text', { x: right + 11, y: labelY, class: 'name', text: label }, group);
  }
  svgNode('path', { class: 'line entropy', d: entropyPath(sweep, scales) }, plot);
  const current = svgNode('g', {}, plot);
  const lifts = lines.map(({ lift }) => lift);
  const mark = (/** @type {Sweep} */ now) => markCurrent(current, now, layout, scales, lifts);
  mark(sweep);
  if (!pointed) return mark;
  const x = scales.toX(sweep.temperatures[pointed.at]);
  svgNode('line', { class: 'cursor', x1: x, x2: x, y1: top, y2: bottom }, plot);
  return mark;
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
 * Draw the marks at the current temperature.
 * @param {SVGGElement} group
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @param {Scales} scales
 * @param {number[]} lifts
 */
function markCurrent(group, { now, here, entropy_here }, { top, bottom }, { toX, toY, toBitsY }, lifts) {
  const x = toX(now);
  group.replaceChildren();
  svgNode('line', { class: 'now', x1: x, x2: x, y1: top, y2: bottom }, group);
  svgNode('path', { class: 'grip', d: `M${x - 7} ${top - 8}h14l-7 9z` }, group);
  for (const [i, p] of here.entries()) svgNode('circle', { cx: x, cy: toY(p) - lifts[i], r: 3.5 }, group);
  svgNode('circle', { cx: x, cy: toBitsY(entropy_here), r: 3.5 }, group);
}
