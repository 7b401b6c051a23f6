// A written text as an HTML file with the colours, underlines and numbers that its tokens are shown with.

import { node } from '../lib/dom.js';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";
const PROSE = "font: 20px/1.7 'Iowan Old Style', Palatino, Georgia, 'Noto Serif', serif; white-space: pre-wrap; overflow-wrap: anywhere";
const NOTE = 'font: 13px/1.5 system-ui, sans-serif';
const HINT = 'Point at a word to read its probability and rank.';
const COPIED = 'Underlined: stands word for word in the training text; dashed: in the validation text.';

/**
 * The file.
 * @param {HTMLElement} strip  holds the tokens as `strip_view.js` draws them
 * @param {{ title: string, measure: string, legend: HTMLElement }} about  what the colours mean, and the legend that says so
 */
export function textFile(strip, { title, measure, legend }) {
  const { color } = getComputedStyle(strip);
  const page = document.implementation.createHTMLDocument(title);
  page.documentElement.lang = 'en';
  page.head.prepend(
    node('meta', { charset: 'utf-8' }),
    node('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    node('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
  );
  page.body.setAttribute('style', `max-width: 42em; margin: 0 auto; padding: 24px; color: ${color}; background: ${groundOf(strip)}`);
  page.body.append(
    node('h1', { style: 'font: 600 16px/1.5 system-ui, sans-serif', text: title }),
    node('p', { style: PROSE }, ...[...strip.querySelectorAll('.tok')].map(tokenOf)),
    node('p', { style: NOTE }, `Colour: ${measure}, `, ...[...legend.children].map(keyOf), `. ${HINT}`),
  );
  if (strip.querySelector('.copied-train, .copied-val')) page.body.append(node('p', { style: NOTE, text: COPIED }));
  return `<!doctype html>\n${page.documentElement.outerHTML}`;
}

/** A token with its spaces; its numbers are its title. @param {Element} token */
function tokenOf(token) {
  const parts = [...token.childNodes].map((part) => (part instanceof Element ? glyphsOf(part) : part.textContent ?? ''));
  return node('span', { title: token.getAttribute('aria-label') }, ...parts);
}

/** @param {Element} glyphs */
function glyphsOf(glyphs) {
  const { backgroundColor, textDecorationLine, textDecoration, fontWeight } = getComputedStyle(glyphs);
  const line = textDecorationLine === 'none' ? '' : `text-decoration: ${textDecoration}; text-underline-offset: 5px;`;
  const style = `background: ${backgroundColor}; border-radius: 3px; padding: 1px 0.5px; font-weight: ${fontWeight}; ${line}`;
  return node('span', { style, text: glyphs.textContent ?? '' });
}

/** A part of the legend: a word, or the row of its colours. @param {Element} part */
function keyOf(part) {
  const colours = [...part.children].map((step) =>
    node('span', { style: `display: inline-block; width: 13px; height: 13px; background: ${getComputedStyle(step).backgroundColor}` }));
  return colours.length ? node('span', { style: 'margin: 0 6px' }, ...colours) : node('span', { text: part.textContent ?? '' });
}

/** The background that an element is seen on. @param {Element} element */
function groundOf(element) {
  for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (!/^rgba\(.*, 0\)$|^transparent$/.test(backgroundColor)) return backgroundColor;
  }
  return 'white';
}
