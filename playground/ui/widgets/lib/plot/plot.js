// One line plot: axes, grid, lines, marks and a cursor that the mouse, a finger or the arrow keys move.
// It keeps its nodes and only changes their attributes, so that nothing flickers. Its style is lib/plot/plot.css.

import { setAttributes, svgNode } from '../dom.js';
import { short } from '../format.js';
import { cursorAfter, linePath, scales, snap, valueRange } from './plot_geometry.js';
import { logTicks, nearest, ticks } from './scale.js';

/** @typedef {import('./plot_geometry.js').Series} Series */
/** @typedef {import('./plot_geometry.js').Box} Box */
/** @typedef {import('./plot_geometry.js').Scales & { box: Box }} Placement */

/**
 * What stays the same for all pictures of a plot.
 * @typedef {object} Options
 * @property {string} label  for a screen reader
 * @property {(width: number) => number} height  of the plot, given its width in pixels
 * @property {(value: number) => string} yFormat
 * @property {string} [xTitle]
 * @property {string} [yTitle]  stands at the top left
 * @property {boolean} [small]
 * @property {boolean} [fromZero]  whether the y axis includes 0
 * @property {(x: number | null) => void} [onCursor]  called when the user moves the cursor, or takes it away (null)
 * @property {(x: number) => void} [onPick]  called when the user presses on the plot or drags over it
 * @property {(key: string) => boolean} [onKey]  takes a key that would move the cursor; false if it does not want it
 */

/** A named y value. @typedef {{ y: number, text: string }} Level */

/**
 * What a plot shows.
 * @typedef {object} Picture
 * @property {Series[]} series
 * @property {[number, number]} xRange
 * @property {boolean} [xWhole]  whether the ticks of the x axis are integers
 * @property {string} [xTitle]  in place of that of the options
 * @property {boolean} [log]  whether the y axis is logarithmic
 * @property {{ title: string, per: number }} [top]  a second x axis, with `per` of its units in one of the first
 * @property {{ x: number, y: number, colour: string, title: string }[]} [marks]
 * @property {number | null} [pin]  an x value that stays marked
 * @property {boolean} [isVeiled]  whether what is right of it is faint
 * @property {Level[]} [levels]  thin lines from left to right
 */

export class Plot {
  /** @type {HTMLElement} */ #host;
  /** @type {Options} */ #options;
  /** @type {Map<string, SVGPathElement>} */ #paths = new Map();
  /** @type {Picture | null} */ #picture = null;
  /** @type {Placement | null} */ #placement = null;
  /** @type {number | null} */ #cursorAt = null;
  #grid;
  #clipBox;
  #veil;
  #pinLine;
  #cursorLine;
  #lines;
  #marks;
  #dots;

  /** @param {HTMLElement} host @param {Options} options */
  constructor(host, options) {
    this.#host = host;
    this.#options = options;
    this.svg = svgNode('svg', { class: 'plot', role: 'img', tabindex: '0', 'aria-label': options.label }, host);
    const layer = (/** @type {string} */ name) => svgNode('g', { class: name, 'aria-hidden': 'true' }, this.svg);
    const line = (/** @type {string} */ name) => svgNode('line', { class: name, visibility: 'hidden' }, this.svg);
    this.#grid = layer('plot-grid');
    const clip = `clip-${Math.random().toString(36).slice(2)}`;
    this.#clipBox = svgNode('rect', {}, svgNode('clipPath', { id: clip }, this.svg));
    this.#pinLine = line('plot-pin');
    this.#cursorLine = line('plot-cursor');
    this.#lines = svgNode('g', { 'clip-path': `url(#${clip})` }, this.svg);
    this.#veil = svgNode('rect', { class: 'plot-veil', visibility: 'hidden' }, this.svg);
    this.#marks = layer('plot-marks');
    this.#dots = layer('plot-dots');
    this.#listen();
    new ResizeObserver(() => this.draw()).observe(host);
  }

  /** Show a picture, or the last one again; waits for the next resize while the plot has no width. @param {Picture} [next] */
  draw(next) {
    this.#picture = next ?? this.#picture;
    const picture = this.#picture;
    if (!picture || !this.#host.isConnected || !this.#host.clientWidth) return;
    const { small, fromZero } = this.#options;
    const box = this.#measure(picture);
    const levels = (picture.levels ?? []).map(({ y, text }) => ({ name: text, colour: '', x: [], y: [y] }));
    const yRange = valueRange([...picture.series, ...levels], { log: picture.log, fromZero, tickCount: small ? 3 : 7 });
    const placement = { ...scales(box, picture.xRange, yRange, picture.log), box };
    this.#placement = placement;
    const { width, height, edge } = box;
    setAttributes(this.svg, { viewBox: `0 0 ${width} ${height}`, width, height });
    setAttributes(this.#clipBox, {
      x: edge.left, y: edge.top - 4, width: width - edge.left - edge.right + 4, height: height - edge.top - edge.bottom + 8,
    });
    this.#drawAxes(picture, yRange, placement);
    this.#drawLines(picture, placement);
    this.#drawMarks(picture, placement);
    this.#drawPin(picture, placement);
    this.cursor(this.#cursorAt);
  }

  /** Show the cursor at an x value, or nowhere. @param {number | null} at */
  cursor(at) {
    this.#cursorAt = at;
    if (!this.#placement || !this.#picture) return;
    const { toX, toY } = this.#placement;
    this.#dots.replaceChildren();
    drawUpright(this.#cursorLine, at, this.#placement);
    if (at == null) return;
    for (const { kind, x, y, colour } of this.#picture.series) {
      const i = kind === 'thin' ? -1 : nearest(x, at);
      const value = y[i];
      if (value == null) continue;
      svgNode('circle', { cx: toX(x[i]), cy: toY(value), r: 3.5, style: `fill:${colour}` }, this.#dots);
    }
  }

  /**
   * Mark an x value, or none.
   * @param {number | null} at
   * @param {boolean} [isVeiled]  whether what is right of it is faint
   */
  pin(at, isVeiled = false) {
    if (!this.#placement || !this.#picture) return;
    this.#picture.pin = at;
    this.#picture.isVeiled = isVeiled;
    this.#drawPin(this.#picture, this.#placement);
  }

  /** @param {Picture} picture @returns {Box} */
  #measure(picture) {
    const { small, height } = this.#options;
    const width = Math.max(160, this.#host.clientWidth);
    const edge = {
      left: small ? 44 : 46,
      right: small ? 8 : 20,
      top: picture.top ? 40 : small ? 8 : 12,
      bottom: small ? 20 : 40,
    };
    return { width, height: height(width), edge };
  }

  /** @param {Picture} picture @param {[number, number]} yRange @param {Placement} placement */
  #drawAxes(picture, yRange, { toX, toY, box: { width, height, edge } }) {
    const { small, yFormat, xTitle, yTitle } = this.#options;
    const bottom = height - edge.bottom;
    /** @type {SVGElement[]} */
    const made = [];
    const text = (/** @type {import('../dom.js').Attributes} */ attributes) => made.push(svgNode('text', attributes));
    const axis = (/** @type {number} */ y, name = 'plot-axis') =>
      made.push(svgNode('line', { ...(name && { class: name }), x1: edge.left, x2: width - edge.right, y1: y, y2: y }));
    for (const value of picture.log ? logTicks(...yRange) : ticks(...yRange, small ? 2 : 7)) {
      axis(toY(value), '');
      text({ x: edge.left - 8, y: toY(value) + 4, 'text-anchor': 'end', text: yFormat(value) });
    }
    const room = Math.max(2, Math.floor((width - edge.left - edge.right) / (small ? 70 : 64)));
    for (const value of ticks(...picture.xRange, Math.min(room, 10), picture.xWhole)) {
      text({ x: toX(value), y: bottom + (small ? 15 : 18), 'text-anchor': 'middle', text: short(value) });
    }
    axis(bottom);
    const title = (/** @type {number} */ y, /** @type {string} */ words) =>
      text({ class: 'plot-title', x: width - edge.right, y, 'text-anchor': 'end', text: words });
    if (xTitle) title(height - 6, picture.xTitle ?? xTitle);
    if (yTitle) text({ class: 'plot-title', x: 4, y: 11, text: yTitle });
    for (const level of picture.levels ?? []) {
      axis(toY(level.y), 'plot-level');
      text({ class: 'plot-level-name', x: width - edge.right - 2, y: toY(level.y) + 14, 'text-anchor': 'end', text: level.text });
    }
    if (picture.top) {
      const { per } = picture.top;
      const [x0, x1] = picture.xRange;
      for (const value of per ? ticks(x0 * per, x1 * per, Math.min(room, 7)) : []) {
        const x = toX(value / per);
        made.push(svgNode('line', { class: 'plot-tick', x1: x, x2: x, y1: edge.top - 4, y2: edge.top }));
        text({ x, y: edge.top - 8, 'text-anchor': 'middle', text: short(value) });
      }
      axis(edge.top);
      title(11, picture.top.title);
    }
    this.#grid.replaceChildren(...made);
  }

  /** @param {Picture} picture @param {Placement} placement */
  #drawLines({ series, log }, placement) {
    for (const line of series) {
      const path = this.#paths.get(line.name) ?? svgNode('path', { fill: 'none' }, this.#lines);
      this.#paths.set(line.name, path);
      const look = `plot-line plot-${line.kind ?? 'bold'}`;
      setAttributes(path, { class: look, d: linePath(line, placement, log), style: `stroke:${line.colour}` });
    }
    const names = new Set(series.map(({ name }) => name));
    for (const [name, path] of this.#paths) {
      if (names.has(name)) continue;
      path.remove();
      this.#paths.delete(name);
    }
  }

  /** @param {Picture} picture @param {Placement} placement */
  #drawMarks({ marks = [] }, placement) {
    const { toX, toY } = placement;
    this.#marks.replaceChildren(
      ...marks.map(({ x, y, colour, title }) => {
        const mark = svgNode('g');
        svgNode('circle', { cx: toX(x), cy: toY(y), r: 4.5, style: `stroke:${colour}` }, mark);
        svgNode('title', { text: title }, mark);
        return mark;
      }),
    );
  }

  /** @param {Picture} picture @param {Placement} placement */
  #drawPin({ pin, isVeiled = false, xRange: [x0, x1] }, placement) {
    const at = pin != null && pin >= x0 && pin <= x1 ? pin : null;
    drawUpright(this.#pinLine, at, placement);
    const { toX, box: { width, height, edge } } = placement;
    const left = toX(at ?? x1);
    setAttributes(this.#veil, {
      visibility: isVeiled && at !== null ? 'visible' : 'hidden',
      x: left, y: edge.top + 1, width: Math.max(0, width - edge.right + 4 - left), height: height - edge.top - edge.bottom - 1,
    });
  }

  #listen() {
    const { onCursor, onPick, onKey } = this.#options;
    const leave = () => onCursor?.(null);
    this.svg.addEventListener('pointermove', (event) => {
      const at = this.#xAt(event);
      if (at === null) return;
      onCursor?.(at);
      if (event.buttons & 1) onPick?.(at);
    });
    this.svg.addEventListener('pointerdown', (event) => {
      const at = this.#xAt(event);
      if (at === null) return;
      onCursor?.(at);
      if (!onPick || event.pointerType === 'touch') return; // a finger may be about to scroll: its tap is a click
      this.svg.setPointerCapture(event.pointerId);
      onPick(at);
    });
    this.svg.addEventListener('click', (event) => {
      const at = this.#xAt(event);
      if (at !== null) onPick?.(at);
    });
    this.svg.addEventListener('pointerleave', leave);
    this.svg.addEventListener('blur', leave);
    this.svg.addEventListener('keydown', (event) => {
      if (!this.#placement || !this.#hasPoints()) return;
      const to = cursorAfter(event.key, this.#cursorAt, this.#picture?.xRange ?? [0, 1]);
      if (to === undefined) return;
      event.preventDefault();
      if (onKey?.(event.key)) return;
      onCursor?.(to === null ? null : snap(this.#picture?.series ?? [], to));
    });
  }

  #hasPoints() {
    return Boolean(this.#picture?.series.some(({ x }) => x.length));
  }

  /** The x value of the point nearest to a mouse or finger. @param {MouseEvent} event */
  #xAt(event) {
    if (!this.#placement || !this.#picture || !this.#hasPoints()) return null;
    const shown = this.svg.getBoundingClientRect();
    const pixel = ((event.clientX - shown.left) / shown.width) * this.#placement.box.width;
    return snap(this.#picture.series, this.#placement.fromX(pixel));
  }
}

/**
 * A line from top to bottom at an x value; hidden for null.
 * @param {SVGLineElement} line
 * @param {number | null} at
 * @param {Placement} placement
 */
function drawUpright(line, at, { toX, box: { height, edge } }) {
  setAttributes(line, { visibility: at == null ? 'hidden' : 'visible' });
  if (at != null) setAttributes(line, { x1: toX(at), x2: toX(at), y1: edge.top, y2: height - edge.bottom });
}
