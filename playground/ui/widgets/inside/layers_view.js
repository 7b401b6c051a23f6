// Layer by layer: what would be read out after each part of the model, at one place and as a picture of places × layers.

import { node, part, setText, svgNode } from '../lib/dom.js';
import { whole } from '../lib/format.js';
import { formatProbability, probabilityShade, tokenName } from '../lib/shades.js';
import { layersSentence, stateName, WHY } from './words.js';

/** @typedef {import('./words.js').Look} Look */
/** @typedef {import('./words.js').Picture} Picture */

const CELL = { least: 46, most: 72, height: 20, name: 104, head: 22 };
const FEWEST = 3; // columns, however narrow it is
const CHARACTER = 6.7; // the width of one

/** An empty section is filled. @param {HTMLElement} root */
export function makeLayers(root) {
  root.append(
    node('p', { class: 'in-say', 'aria-live': 'polite' }),
    node('p', { class: 'in-why', text: WHY.layers }),
    node('div', { class: 'in-scroll', tabindex: 0, role: 'region', 'aria-label': 'Layer by layer, as a table' }, node('table', { class: 'in-table' })),
    node('h4', { text: 'The last places × layers' }),
    node('p', { class: 'in-why', text: 'In each cell the likeliest token there. Pale: the token that came was already likely; dark red: it was not.' }),
    node('div', { class: 'in-scroll in-picture', tabindex: 0, role: 'region', 'aria-label': 'Places × layers' }),
  );
}

/** @param {HTMLElement} root @param {Look} look @param {number} others  how many of the likeliest tokens are shown */
export function drawLayers(root, look, others) {
  setText(part(root, '.in-say'), layersSentence(look));
  const name = `“${tokenName(look.token.name)}”`;
  const titles = ['After', 'Likeliest', name, 'Rank'].map((text) => node('th', { scope: 'col', text }));
  const rows = look.states.map((state) =>
    node('tr', { class: state.r === 1 ? 'in-leads' : '' },
      node('th', { scope: 'row', text: stateName(state.name) }),
      node('td', { class: 'in-words' }, ...state.a.slice(0, others).map(([word, p]) =>
        node('span', { title: formatProbability(p), text: tokenName(word) }))),
      node('td', { class: 'in-p', style: `background:${probabilityShade(state.p)}`, text: formatProbability(state.p) }),
      node('td', { text: whole(state.r) })));
  part(root, 'table').replaceChildren(node('thead', {}, node('tr', {}, ...titles)), node('tbody', {}, ...rows));
}

/** @param {HTMLElement} root @param {Look} look @param {Picture} picture */
export function drawPicture(root, look, picture) {
  const host = part(root, '.in-picture');
  host.replaceChildren(pictureSvg(look, picture, host.clientWidth));
}

/**
 * The picture: a column for each of the last places that fit, named by the token that came, a row for each state.
 * @param {Look} look
 * @param {Picture} picture
 * @param {number} room  in pixels
 */
export function pictureSvg({ seen, token, states }, picture, room) {
  const columns = Math.min(picture.p[0].length, Math.max(FEWEST, Math.floor((room - CELL.name) / CELL.least)));
  const leftOut = picture.p[0].length - columns;
  const cellWidth = Math.max(CELL.least, Math.min(CELL.most, Math.floor((room - CELL.name) / columns)));
  const p = picture.p.map((row) => row.slice(leftOut));
  const a = picture.a.map((row) => row.slice(leftOut));
  const first = picture.first + leftOut;
  const [width, height] = [CELL.name + columns * cellWidth, CELL.head + states.length * CELL.height];
  const svg = svgNode('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': `The likeliest token after each of ${states.length} parts at the last ${columns} places` });
  const came = (/** @type {number} */ x) => (first + x + 1 < seen.length ? (seen[first + x + 1].d ?? seen[first + x + 1].t) : token.name);
  const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ words, /** @type {object} */ more) =>
    svgNode('text', { x, y, 'font-size': 11, text: words, ...more }, svg);
  for (let x = 0; x < columns; x++) {
    const isOpen = x === columns - 1;
    text(CELL.name + (x + 0.5) * cellWidth, 14, clipped(came(x), cellWidth), { 'text-anchor': 'middle', 'font-weight': isOpen ? 700 : 400, style: 'fill:var(--pg-text)' });
  }
  for (const [y, state] of states.entries()) {
    const top = CELL.head + y * CELL.height;
    text(0, top + 14, stateName(state.name), { style: 'fill:var(--pg-muted)' });
    for (let x = 0; x < columns; x++) {
      const left = CELL.name + x * cellWidth;
      const cell = svgNode('rect', { x: left, y: top, width: cellWidth - 1, height: CELL.height - 1, style: `fill:${probabilityShade(p[y][x])}` }, svg);
      svgNode('title', { text: `After ${state.name}, before “${tokenName(came(x))}” (${formatProbability(p[y][x])}): likeliest “${tokenName(a[y][x])}”` }, cell);
      text(left + cellWidth / 2, top + 14, clipped(a[y][x], cellWidth), { 'text-anchor': 'middle', style: 'fill:var(--step-ink);pointer-events:none' });
    }
  }
  svgNode('rect', { x: CELL.name + (columns - 1) * cellWidth - 1, y: 1, width: cellWidth, height: height - 2, fill: 'none', style: 'stroke:var(--pg-accent);stroke-width:2' }, svg);
  return svg;
}

/** A token's name, as much as fits. @param {string} text @param {number} width */
export function clipped(text, width) {
  const signs = [...tokenName(text)];
  const most = Math.floor((width - 4) / CHARACTER);
  return signs.length > most ? `${signs.slice(0, most - 1).join('')}…` : signs.join('');
}
