// A chart as an SVG file that looks the same without this page: every colour is written out, fonts fall back to those of
// the system, and title, legend and sentence are part of the picture.

import { svgNode } from '../lib/dom.js';
import { linesOf, rowsOf, xmlText } from './lines.js';

/** An entry of the legend. @typedef {{ text: string, colour: string, kind?: import('../lib/plot/plot_geometry.js').Series['kind'] }} Key */

/**
 * A chart to save.
 * @typedef {object} Drawing
 * @property {SVGSVGElement} svg  as it is shown, with width and height in its viewBox
 * @property {string} title
 * @property {string} sentence  what the chart shows, in words
 * @property {Key[]} keys
 */

/** @typedef {{ text: string, width: number, height: number }} SvgFile */

const EDGE = 16;
/** Not the page's own font: a file opened elsewhere does not have it, and lines would be longer than measured here. */
const FONT = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const SLACK = 0.9; // another machine's font may be wider
const LINE = { title: 24, key: 20, sentence: 20 };
const DASHES = { dash: '7 3 2 3' };
const WIDTHS = { thin: 1, faint: 1.5 };
const OPACITY = { thin: 0.38, faint: 0.75 };

/** What a style sheet may give to a node, by the names that are attributes in SVG, too. */
const SHAPE = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity', 'shape-rendering'];
const TEXT = ['fill', 'stroke', 'stroke-width', 'paint-order', 'font-size', 'font-weight', 'text-anchor', 'opacity'];
const DRAWN = 'path, line, rect, circle, ellipse, polyline, polygon, text, tspan';

/** @param {Drawing} drawing @returns {SvgFile} */
export function svgFile({ svg, title, sentence, keys }) {
  const chart = standalone(svg);
  const { width: chartWidth, height: chartHeight } = svg.viewBox.baseVal;
  const width = chartWidth + 2 * EDGE;
  const colour = (/** @type {string} */ name) => resolved(`var(--pg-${name})`, svg);
  const made = svgNode('svg', { xmlns: 'http://www.w3.org/2000/svg', role: 'img', 'font-family': FONT });
  svgNode('title', { text: xmlText(title) }, made);
  svgNode('desc', { text: xmlText(sentence) }, made);
  const ground = svgNode('rect', { width: '100%', height: '100%', fill: colour('surface') }, made);
  let y = EDGE;
  const write = (/** @type {string} */ text, /** @type {number} */ size, /** @type {number} */ height, weight = 400) => {
    for (const line of linesOf(xmlText(text), chartWidth * SLACK, widthOf(size, weight))) {
      svgNode('text', { x: EDGE, y: y + size, 'font-size': size, 'font-weight': weight, fill: colour('text'), text: line }, made);
      y += height;
    }
  };
  write(title, 16, LINE.title, 600);
  y += 4;
  y += drawKeys(made, keys.map((key) => ({ ...key, colour: resolved(key.colour, svg) })), { y, width: chartWidth, ink: colour('muted') });
  y += 4;
  chart.setAttribute('transform', `translate(${EDGE} ${y})`);
  made.append(chart);
  y += chartHeight + 8;
  write(sentence, 14, LINE.sentence);
  const height = Math.ceil(y + EDGE - 4);
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) made.setAttribute(name, String(value));
  ground.setAttribute('height', String(height));
  ground.setAttribute('width', String(width));
  return { text: new XMLSerializer().serializeToString(made), width, height };
}

/**
 * The legend: a short line in each colour, with its name. Returns its height.
 * @param {SVGElement} parent
 * @param {Key[]} keys
 * @param {{ y: number, width: number, ink: string }} place
 */
function drawKeys(parent, keys, { y, width, ink }) {
  const measure = widthOf(13, 400);
  const names = keys.map((key) => xmlText(key.text));
  const places = rowsOf(names.map((name) => 28 + measure(name) / SLACK), width, 16);
  for (const [i, { colour, kind = 'bold' }] of keys.entries()) {
    const x = EDGE + places[i].x;
    const middle = y + places[i].row * LINE.key + LINE.key / 2;
    const look = /** @type {Record<string, Record<string, string | number>>} */ ({ DASHES, WIDTHS, OPACITY });
    svgNode('line', {
      x1: x, x2: x + 20, y1: middle, y2: middle, stroke: colour, 'stroke-width': look.WIDTHS[kind] ?? 2,
      opacity: look.OPACITY[kind] ?? 1, 'stroke-dasharray': look.DASHES[kind] ?? 'none',
    }, parent);
    svgNode('text', { x: x + 28, y: middle + 4.5, 'font-size': 13, fill: ink, text: names[i] }, parent);
  }
  return keys.length ? (places[places.length - 1].row + 1) * LINE.key : 0;
}

/**
 * A copy of what is drawn in `svg`, which needs no style sheet; what is hidden is left out.
 * @param {SVGSVGElement} svg
 */
function standalone(svg) {
  const copy = svgNode('g');
  copy.append(.../** @type {SVGSVGElement} */ (svg.cloneNode(true)).childNodes);
  const shown = [...svg.querySelectorAll('*')];
  for (const [i, node] of [...copy.querySelectorAll('*')].entries()) {
    const original = shown[i];
    const isText = original.matches('text, tspan');
    const style = getComputedStyle(original);
    if (style.visibility === 'hidden' || style.display === 'none') {
      node.setAttribute('display', 'none');
      continue;
    }
    const properties = original.matches(DRAWN) ? (isText ? TEXT : SHAPE) : ['opacity'];
    for (const name of properties) node.setAttribute(name, style.getPropertyValue(name));
    for (const name of ['class', 'style', 'tabindex', 'role', 'aria-hidden', 'aria-label']) node.removeAttribute(name);
    if (original.matches('text, title') && !original.childElementCount) node.textContent = xmlText(node.textContent ?? '');
  }
  for (const hidden of copy.querySelectorAll('[display=none]')) hidden.remove();
  return copy;
}

/** A colour as it is shown within `root`, without variables. @param {string} colour @param {Element} root */
function resolved(colour, root) {
  const probe = svgNode('g', { style: `color: ${colour}` }, root);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Measures a text of a size in pixels. @param {number} size @param {number} weight */
function widthOf(size, weight) {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  context.font = `${weight} ${size}px ${FONT}`;
  return (/** @type {string} */ text) => context.measureText(text).width;
}
