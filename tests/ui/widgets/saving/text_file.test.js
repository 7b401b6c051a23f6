import { equal, ok, test } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { textFile } from '/widgets/saving/text_file.js';
import { tokenNode } from '/widgets/token_strip/strip_view.js';

const HOSTILE = ' </p><script>alert(1)</script>';
const TOKENS = [
  { i: 1, t: 'Every', by: /** @type {const} */ ('prompt') },
  { i: 2, t: ' day\nis', p: 0.5, r: 1, h: 1, a: [] },
  { i: 3, t: HOSTILE, p: 0.01, r: 3, h: 1, a: [] },
];

/** The file of a text, and its document. @param {boolean} [dark] */
function filed(dark = false) {
  const style = `.strip { color: rgb(1, 2, 3); background: ${dark ? 'rgb(20, 20, 20)' : 'rgb(250, 250, 250)'} }
    .glyphs { background: var(--shade, transparent); } .strip { --step-5: rgb(200, 100, 0); --step-9: rgb(255, 0, 0); }
    .copied-train > .glyphs { text-decoration: underline 2px rgb(0, 0, 255); }`;
  const look = /** @type {const} */ ({ measure: 'probability', spaces: false });
  const strip = node('div', { class: 'strip' }, ...TOKENS.map((token, i) => tokenNode(token, i, look)));
  strip.children[1].classList.add('copied-train');
  const legend = node('span', {}, node('span', { text: '100 %' }), node('span', {}, node('span', { style: 'background: rgb(9, 9, 9)' })));
  document.body.replaceChildren(node('style', { text: style }), strip, legend);
  const text = textFile(strip, { title: 'river, <b>step</b> 5', measure: 'probability', legend });
  return { text, read: new DOMParser().parseFromString(text, 'text/html') };
}

test('the text is the same, and hostile words are characters', () => {
  const { read } = filed();
  equal(read.querySelector('p')?.textContent, `Every day\nis${HOSTILE}`);
  equal([read.title, read.querySelectorAll('script, b').length], ['river, <b>step</b> 5', 0]);
});

test('each token has its colour, its underline and its numbers', () => {
  const { read } = filed();
  const [, day, hostile] = read.querySelectorAll('p:first-of-type > span');
  equal([day.getAttribute('title'), hostile.getAttribute('title')?.endsWith('1.0 %, rank 3')], ['“·day↵is” 50.0 %, rank 1', true]);
  const style = day.querySelector('span')?.getAttribute('style') ?? '';
  ok(style.includes('rgb(200, 100, 0)') && style.includes('underline'), style);
  ok(hostile.querySelector('span')?.getAttribute('style')?.includes('rgb(255, 0, 0)'), 'no colour');
});

test('the file needs nothing from elsewhere, and is light or dark as shown', () => {
  const { text, read } = filed(true);
  ok(!/var\(|src=|href=|class=|url\(/.test(text), text);
  ok(text.startsWith('<!doctype html>') && text.includes("default-src 'none'"), 'no policy');
  equal(read.body.style.background, 'rgb(20, 20, 20)');
  ok(read.body.textContent?.includes('Colour: probability, 100 %'), 'no legend');
  ok(read.body.textContent?.includes('Underlined: stands word for word in the training text'), 'no word on the lines');
});
