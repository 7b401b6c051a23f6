// The plot of one token's share over the number of draws.

import { setAttributes, svgNode } from '../lib/dom.js';
import { whole } from '../lib/format.js';
import { ticks } from '../lib/plot/scale.js';
import { curvePath, curveTitle, funnelPath, shareScales } from './share_curve.js';

const HEIGHT = 190;

/**
 * Draw the share of the followed token into `plot`.
 * @param {SVGSVGElement} plot
 * @param {import('./counts.js').Draws} draws
 * @param {number} width
 */
export function drawShare(plot, { n, follow }, width) {
  const edges = { left: 50, right: width - 8, top: 8, bottom: HEIGHT - 34 };
  const { left, right, bottom } = edges;
  const scales = shareScales(follow, n, edges);
  const { toX, toY } = scales;
  plot.replaceChildren();
  setAttributes(plot, { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT });
  svgNode('title', { text: curveTitle(follow, n) }, plot);
  for (const draws of scales.powers) {
    const x = toX(draws);
    const anchor = draws === 1 ? 'start' : x > right - 20 ? 'end' : 'middle';
    svgNode('text', { x, y: bottom + 16, 'text-anchor': anchor, text: whole(draws) }, plot);
  }
  svgNode('text', { x: (left + right) / 2, y: HEIGHT - 4, 'text-anchor': 'middle', text: 'draws so far' }, plot);
  for (const share of ticks(0, scales.highest, 4)) {
    const y = toY(share);
    svgNode('line', { class: 'grid', x1: left, x2: right, y1: y, y2: y }, plot);
    svgNode('text', { x: left - 6, y: y + 4, 'text-anchor': 'end', text: `${+(100 * share).toPrecision(3)} %` }, plot);
  }
  svgNode('path', { class: 'funnel', d: funnelPath(follow, n, scales) }, plot);
  svgNode('line', { class: 'p', x1: left, x2: right, y1: toY(follow.p), y2: toY(follow.p) }, plot);
  svgNode('path', { class: 'share', d: curvePath(follow, scales) }, plot);
  svgNode('circle', { class: 'last', cx: toX(n), cy: toY(follow.share[follow.share.length - 1]), r: 3.5 }, plot);
}
