// Grouped bars as in the book, a pattern for each temperature, and all their numbers as a table.

import { bytesOfBase64, fillTable, node, onResize, part, parts, saveFile, setAttributes, setText, svgNode } from '../lib/dom.js';
import { ask, newest } from '../lib/host.js';
import { readState } from '../lib/lab_state.js';
import { bindLesson } from '../lib/lab_lesson.js';
import { MOVE_A_CONTROL, isUsable } from '../lib/problem.js';
import { barLayout } from './bar_layout.js';
import { chapterNote, chapterTable, chapterTitle } from './chapter_table.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */
/** @typedef {import('./chapter_table.js').Chapter} Chapter */

const MIN_WIDTH = 260;

/** @param {import('../lib/host.js').Host} host */
export function mount(host) {
  const { element, props, server, watch } = host;
  const root = part(element, '.grouped');
  const lesson = part(element, 'details.lesson', HTMLDetailsElement);
  const showLesson = bindLesson(host, lesson);
  const plot = part(root, '.plot', SVGSVGElement);
  const problem = part(root, '.problem');
  const patterns = `grouped-${Math.random().toString(36).slice(2)}`; // ids are unique on the page
  /** @type {Chapter | null} */
  let chapter = null;
  let words = '';

  function draw() {
    if (!chapter) return;
    drawBars(plot, chapter, Math.max(MIN_WIDTH, root.clientWidth), patterns);
    part(root, '.keys').replaceChildren(...chapter.columns.map(({ temperature }, series) => {
      const mark = svgNode('svg', { width: 16, height: 10, 'aria-hidden': 'true' });
      svgNode('rect', { x: 0.5, y: 0.5, width: 15, height: 9, ...look(series, patterns) }, mark);
      return node('span', {}, mark, `T = ${temperature}`);
    }));
  }

  const refresh = newest(async (/** @type {LabState} */ state) => {
    /** @type {import('../lib/host.js').Reply<Chapter>} */
    const answer = await ask(server.chapter, state, MOVE_A_CONTROL);
    if (!isUsable(answer, problem)) return;
    chapter = answer;
    draw();
    const { head, rows } = chapterTable(chapter);
    fillTable(part(root, 'table', HTMLTableElement), head, rows);
    setText(part(root, '.note'), chapterNote(chapter));
    root.dataset.drawn = JSON.stringify(state.words);
  });

  function read() {
    showLesson();
    refreshIfOpen();
  }

  function refreshIfOpen() {
    const state = readState(props);
    if (!state || !lesson.open || JSON.stringify(state.words) === words) return; // the figure depends on the words only
    words = JSON.stringify(state.words);
    refresh(state);
  }

  for (const button of parts(root, '[data-suffix]', HTMLButtonElement)) {
    button.addEventListener('click', async () => {
      button.disabled = true;
      /** @type {import('../lib/host.js').Reply<{ name: string, data: string }>} */
      const file = await ask(server.save, { state: readState(props), suffix: button.dataset.suffix }, MOVE_A_CONTROL);
      button.disabled = false;
      if (isUsable(file, problem)) saveFile(file.name, bytesOfBase64(file.data), 'application/octet-stream');
    });
  }
  lesson.addEventListener('toggle', refreshIfOpen);
  onResize(root, draw);
  watch('value', read);
  read();
}

/** The attributes of a bar. @param {number} series @param {string} patterns */
const look = (series, patterns) => ({ class: `bar s${series}`, fill: `url(#${patterns}-${series})` });

/**
 * @param {SVGSVGElement} plot
 * @param {Chapter} chapter
 * @param {number} width
 * @param {string} patterns
 */
function drawBars(plot, chapter, width, patterns) {
  const { height, left, right, bottom, isNarrow, toY, bars, labels } = barLayout(chapter, width);
  plot.replaceChildren();
  setAttributes(plot, { viewBox: `0 0 ${width} ${height}`, width, height });
  svgNode('title', { text: chapterTitle(chapter) }, plot);
  drawPatterns(plot, patterns);
  for (const p of [0, 0.25, 0.5, 0.75, 1]) {
    svgNode('line', { class: 'grid', x1: left, x2: right, y1: toY(p), y2: toY(p) }, plot);
    svgNode('text', { x: left - 6, y: toY(p) + 4, 'text-anchor': 'end', text: `${100 * p} %` }, plot);
  }
  for (const { series, x, y, width: barWidth, height: barHeight, title } of bars) {
    const bar = svgNode('rect', { x, y, width: barWidth, height: barHeight, ...look(series, patterns) }, plot);
    svgNode('title', { text: title }, bar);
  }
  for (const { x, text } of labels) {
    const slanted = { y: bottom + 8, 'text-anchor': 'end', transform: `rotate(-60 ${x} ${bottom + 8})` };
    svgNode('text', { class: 'word', x, text, ...(isNarrow ? slanted : { y: bottom + 16, 'text-anchor': 'middle' }) }, plot);
  }
}

/** Filled, hatched and dotted. @param {SVGSVGElement} plot @param {string} patterns */
function drawPatterns(plot, patterns) {
  const defs = svgNode('defs', {}, plot);
  const make = (/** @type {number} */ series, /** @type {number} */ size) =>
    svgNode('pattern', { id: `${patterns}-${series}`, width: size, height: size, patternUnits: 'userSpaceOnUse' }, defs);
  svgNode('rect', { width: 4, height: 4, class: 's0' }, make(0, 4));
  const lines = make(1, 6);
  svgNode('rect', { width: 6, height: 6, class: 's1 light' }, lines);
  svgNode('path', { d: 'M0 6L6 0M-1.5 1.5L1.5 -1.5M4.5 7.5L7.5 4.5', class: 's1 pen' }, lines);
  const dots = make(2, 5);
  svgNode('rect', { width: 5, height: 5, class: 's2 light' }, dots);
  svgNode('circle', { cx: 2.5, cy: 2.5, r: 1.4, class: 's2' }, dots);
}
