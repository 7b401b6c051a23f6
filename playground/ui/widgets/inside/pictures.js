// The views as pictures to save: SVG, PNG, and one HTML page with all of them.

import { node, part, parts, saveFile, svgNode } from '../lib/dom.js';
import { formatProbability, tokenName } from '../lib/shades.js';
import { saveChart } from '../saving/chart_file.js';
import { rowsOf } from '../saving/lines.js';
import { listenToMenu } from '../saving/save_menu.js';
import { svgFile } from '../saving/svg_file.js';
import { barsPath } from './heads_view.js';
import { pictureSvg } from './layers_view.js';
import { shadeOf } from './looked_at.js';
import { layersSentence, lookedSentence, WHY, whoseName } from './words.js';

/** @typedef {import('./words.js').Look} Look */
/** @typedef {import('../saving/svg_file.js').Drawing} Drawing */
/** What is shown. @typedef {{ look: Look | null, picture: import('./words.js').Picture | null, names: string[][], whose: import('./words.js').Whose, root: HTMLElement }} Shown */
/** @typedef {'looked' | 'heads' | 'layers'} Which */

const WIDTH = 720;
const PICTURE_WIDTH = 1260; // all places fit
const LINE = 28;
const HEAD = { width: 84, height: 62, bars: 28 };
const MOST_TOKENS = 1200; // of a picture, the last ones
const NOT_YET = 'Open the view first; there is nothing to save yet.';
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The menu that saves them. @param {() => Shown} shown */
export function makeSaving(shown) {
  const note = node('span', { class: 'sv-note', role: 'status' });
  const item = (/** @type {string} */ text, /** @type {() => Promise<void> | void} */ work) =>
    node('button', { type: 'button', text, onclick: async () => {
      const isReady = shown().look !== null;
      note.textContent = isReady ? '' : NOT_YET;
      if (isReady) await work();
    } });
  /** @type {[Which, string][]} */
  const names = [['looked', 'Looked at'], ['heads', 'All heads'], ['layers', 'Places × layers']];
  const menu = node('details', {}, node('summary', { text: 'Save' }), node('div', { class: 'sv-list' },
    ...names.flatMap(([which, name]) => /** @type {const} */ (['svg', 'png']).map((format) =>
      item(`${name}, ${format.toUpperCase()}`, () => save(shown(), which, format, (text) => { note.textContent = text; })))),
    item('All as one HTML page', () => saveFile('inside.html', page(shown()), 'text/html'))));
  listenToMenu(menu);
  return node('div', { class: 'sv in-save' }, menu, note);
}

/** @param {Shown} shown @param {Which} which @param {'svg' | 'png'} format @param {(text: string) => void} say */
async function save(shown, which, format, say) {
  const made = drawing(shown, which);
  if (!made) return say('Open “Layer by layer” first.');
  shown.root.append(made.svg);
  made.svg.setAttribute('style', 'position:absolute;left:-9999px');
  try {
    await saveChart(made, format, `${which}-${shown.look?.model}-${shown.look?.step}`);
  } catch {
    say('The picture could not be saved; try again.');
  } finally {
    made.svg.remove();
  }
}

/** One of the views as a chart to save; null if it is not there. @param {Shown} shown @param {Which} which @returns {Drawing | null} */
export function drawing({ look, picture, names, whose }, which) {
  if (!look || (which === 'layers' && !picture)) return null;
  const about = `“${tokenName(look.token.name)}” (${formatProbability(look.token.p)}), ${look.model}, step ${look.step}`;
  if (which === 'looked') {
    return { svg: lookedSvg(look), title: `Looked at before ${about}: ${whoseName(whose)}`, sentence: `${lookedSentence(look, whose)} ${WHY.looked}`, keys: [] };
  }
  if (which === 'heads') return { svg: headsSvg(look, names), title: `Every head before ${about}`, sentence: WHY.looked, keys: [] };
  return { svg: pictureSvg(look, /** @type {import('./words.js').Picture} */ (picture), PICTURE_WIDTH), title: `Layer by layer before ${about}`, sentence: `${layersSentence(look)} ${WHY.layers}`, keys: [] };
}

/** The shaded text. @param {Look} look */
export function lookedSvg({ seen, row }) {
  const context = document.createElement('canvas').getContext('2d');
  const font = "18px 'Iowan Old Style', Palatino, Georgia, serif";
  if (context) context.font = font;
  const first = Math.max(0, seen.length - MOST_TOKENS);
  const words = seen.slice(first).map((token) => token.t.replace(/\n/g, '↵'));
  const widths = words.map((word) => (context?.measureText(word).width ?? 9 * word.length) + 1);
  const places = rowsOf(widths, WIDTH, 1);
  const height = ((places[places.length - 1]?.row ?? 0) + 1) * LINE;
  const svg = svgNode('svg', { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height });
  const most = Math.max(...row, 1e-9);
  for (const [i, word] of words.entries()) {
    const { x, row: line } = places[i];
    svgNode('rect', { x, y: line * LINE + 2, width: widths[i], height: LINE - 5, rx: 3, style: `fill:${shadeOf(row[first + i] / most)}` }, svg);
    svgNode('text', { x, y: line * LINE + 19, 'font-size': 18, style: `fill:var(--pg-text);font:${font}`, 'font-family': 'Iowan Old Style, Palatino, Georgia, serif', 'xml:space': 'preserve', text: word }, svg);
  }
  return svg;
}

/** @param {Look} look @param {string[][]} names */
export function headsSvg({ layers, heads, columns, thumbs }, names) {
  const [width, height] = [70 + heads * HEAD.width, layers * HEAD.height];
  const svg = svgNode('svg', { viewBox: `0 0 ${width} ${height}`, width, height });
  const bytes = Uint8Array.from(atob(thumbs), (sign) => sign.charCodeAt(0));
  for (let layer = 0; layer < layers; layer++) {
    const top = layer * HEAD.height;
    svgNode('text', { x: 0, y: top + 22, 'font-size': 12, style: 'fill:var(--pg-muted)', text: `Layer ${layer}` }, svg);
    for (let head = 0; head < heads; head++) {
      const left = 70 + head * HEAD.width;
      const from = (layer * heads + head) * columns;
      svgNode('rect', { x: left, y: top + 4, width: HEAD.width - 8, height: HEAD.bars, style: 'fill:var(--pg-sunken)' }, svg);
      svgNode('path', {
        d: barsPath(bytes.subarray(from, from + columns)), style: 'fill:var(--pg-6)',
        transform: `translate(${left} ${top + 4}) scale(${(HEAD.width - 8) / columns} ${HEAD.bars / 255})`,
      }, svg);
      const label = (/** @type {number} */ y, /** @type {string} */ text) =>
        svgNode('text', { x: left, y: top + y, 'font-size': 10, style: 'fill:var(--pg-text)', text }, svg);
      label(44, `Head ${head}`);
      label(56, names[layer]?.[head] ?? '');
    }
  }
  return svg;
}

/** All views as one HTML page. @param {Shown} shown */
export function page(shown) {
  const made = document.implementation.createHTMLDocument('Why this word?');
  made.documentElement.lang = 'en';
  made.head.prepend(node('meta', { charset: 'utf-8' }), node('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    node('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }));
  const style = 'font: 15px/1.6 system-ui, sans-serif';
  made.body.setAttribute('style', `max-width: 960px; margin: 0 auto; padding: 24px; ${style}`);
  for (const which of /** @type {Which[]} */ (['looked', 'heads', 'layers'])) {
    const drawn = drawing(shown, which);
    if (!drawn) continue;
    shown.root.append(drawn.svg);
    const { text } = svgFile(drawn);
    drawn.svg.remove();
    made.body.append(node('p', { style: 'overflow-x: auto' }, node('img', { alt: drawn.sentence, src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}` })));
  }
  const effect = shown.root.querySelector('.in-off .in-say')?.textContent;
  if (effect) {
    const rows = parts(shown.root, '.in-bars li').map((row) => node('tr', {}, ...['.in-word', '.in-num'].map((cell) =>
      node('td', { style: 'padding: 2px 16px 2px 0', text: part(row, cell).textContent ?? '' }))));
    made.body.append(node('h2', { style: 'font-size: 16px', text: 'Switched off' }), node('p', { text: effect }), node('table', {}, ...rows), node('p', { text: WHY.off }));
  }
  return `<!doctype html>\n${made.documentElement.outerHTML}`;
}
