// A written text as an HTML file: coloured and underlined as it is shown, light or dark as its reader's system is, and with
// what else could have stood in the place of each token. It needs no script and no server.

import { node } from '../lib/dom.js';
import { isScored } from '../token_strip/token_log.js';
import { inBothSchemes } from './schemes.js';
import { cardOf } from './text_card.js';

/** @typedef {import('../token_strip/token_log.js').Token} Token */

/**
 * What the file says besides the text.
 * @typedef {object} About
 * @property {string} title
 * @property {string} measure  what the colours mean
 * @property {HTMLElement} legend  says so
 * @property {Token[]} tokens  those of the strip
 * @property {number} vocabSize
 */

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";
const HINT = 'Point at a word, or tap it, to see what else could have stood there.';
const COPIED = 'Underlined: stands word for word in the training text; dashed: in the validation text.';
const COPIES = ['copied-train', 'copied-val'];
/** The variables of the page that the file uses. */
const COLOURS = ['pg-surface', 'pg-sunken', 'pg-line', 'pg-muted', 'pg-text', 'pg-1', 'pg-2', 'step-ink', ...Array.from({ length: 10 }, (_, i) => `step-${i}`)];
const STYLE = `
body { max-width: 42em; margin: 0 auto; padding: 24px 24px 60vh; font: 14px/1.5 system-ui, sans-serif; color: var(--pg-text); background: var(--pg-surface); }
h1 { font-size: 16px; font-weight: 600; }
.text { font: 20px/1.7 'Iowan Old Style', Palatino, Georgia, 'Noto Serif', serif; color: var(--step-ink); white-space: pre-wrap; overflow-wrap: anywhere; }
.tok { cursor: pointer; outline: none; }
.glyphs { padding: 1px .5px; border-radius: 3px; background: var(--shade, transparent); }
.tok:is(:hover, :focus) > .glyphs { outline: 2px solid var(--pg-1); }
.given { font-weight: 600; }
.copied-train > .glyphs { text-decoration: underline 2px var(--pg-1); text-underline-offset: 5px; }
.copied-val > .glyphs { text-decoration: underline 2px dashed var(--pg-2); text-underline-offset: 5px; }
.key { display: inline-block; width: 13px; height: 13px; }
.card { display: none; position: fixed; z-index: 1; inset: auto 0 0; max-height: 50vh; overflow: hidden; box-sizing: border-box; max-width: 42em; margin: 0 auto;
  padding: 12px 24px; font: 14px/1.4 system-ui, sans-serif; white-space: normal; color: var(--pg-text); background: var(--pg-surface);
  border: 1px solid var(--pg-line); border-radius: 8px; box-shadow: 0 0 16px rgb(0 0 0 / .2); pointer-events: none; }
.tok:is(:hover, :focus) > .card { display: block; }
.text:has(.tok:hover) .tok:focus:not(:hover) > .card { display: none; }
.card b, .card small, .row { display: block; }
.card small { color: var(--pg-muted); font-size: 13px; }
.row { display: flex; justify-content: space-between; gap: 16px; margin: 2px 0; padding: 1px 6px; border-radius: 3px;
  background: linear-gradient(90deg, var(--pg-line) var(--p), var(--pg-sunken) 0); font-variant-numeric: tabular-nums; }
.row span:first-child { overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
.here { font-weight: 600; }
@media (min-width: 1100px) {
  body { max-width: 66em; padding-right: 360px; padding-bottom: 24px; box-sizing: border-box; }
  .card { inset: 24px calc(50vw - 33em + 24px) auto auto; width: 312px; max-height: calc(100vh - 48px); margin: 0; box-shadow: none; }
}`;

/**
 * The file.
 * @param {HTMLElement} strip  holds the tokens as `strip_view.js` draws them
 * @param {About} about
 */
export function textFile(strip, { title, measure, legend, tokens, vocabSize }) {
  const page = document.implementation.createHTMLDocument(title);
  const words = [...strip.querySelectorAll('.tok')].map((shown, i) => tokenOf(shown, tokens[i], vocabSize));
  page.documentElement.lang = 'en';
  page.head.prepend(
    node('meta', { charset: 'utf-8' }),
    node('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    node('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    node('meta', { name: 'color-scheme', content: 'light dark' }),
  );
  page.head.append(node('style', { text: colourRules(strip) + STYLE }));
  page.body.append(
    node('h1', { text: title }),
    node('p', { class: 'text' }, ...words),
    node('p', {}, `Colour: ${measure}, `, ...[...legend.children].map(keyOf), `. ${HINT}`),
  );
  if (strip.querySelector('.copied-train, .copied-val')) page.body.append(node('p', { text: COPIED }));
  return `<!doctype html>\n${page.documentElement.outerHTML}`;
}

/** The colours of the page as variables, light and dark. @param {HTMLElement} strip */
function colourRules(strip) {
  const { light, dark } = inBothSchemes(() => {
    const style = getComputedStyle(strip);
    return COLOURS.map((name) => `--${name}: ${style.getPropertyValue(`--${name}`).trim()};`).join(' ');
  });
  return `:root { ${light} }\n@media (prefers-color-scheme: dark) { :root { ${dark} } }`;
}

/** A token with its spaces, its colour, and its card. @param {Element} shown @param {Token | undefined} token @param {number} vocabSize */
function tokenOf(shown, token, vocabSize) {
  const parts = [...shown.childNodes].map((part) =>
    (part instanceof Element ? node('span', { class: 'glyphs', text: part.textContent ?? '' }) : part.textContent ?? ''));
  const step = /\d/.exec(shown instanceof HTMLElement ? shown.style.getPropertyValue('--shade') : '')?.[0];
  const isGiven = token?.by === 'prompt';
  const marks = ['tok', isGiven && 'given', ...COPIES.filter((name) => shown.classList.contains(name))].filter(Boolean).join(' ');
  const card = token && isScored(token) ? [cardOf(token, vocabSize)] : [];
  return node('span', { class: marks, tabindex: card.length ? 0 : null, style: step && `--shade: var(--step-${step})` }, ...parts, ...card);
}

/** A part of the legend: a word, or the row of its colours. @param {Element} part */
function keyOf(part) {
  const steps = [...part.children].map((_, i) => node('span', { class: 'key', style: `background: var(--step-${i})` }));
  return steps.length ? node('span', {}, ' ', ...steps, ' ') : node('span', { text: part.textContent ?? '' });
}
