import { equal, ok, test } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { textFile } from '/widgets/saving/text_file.js';
import { tokenNode } from '/widgets/token_strip/strip_view.js';

/** @typedef {import('/widgets/token_strip/token_log.js').Token} Token */

const HOSTILE = ' </p><script>alert(1)</script>';
/** @type {Token[]} */
const TOKENS = [
  { i: 1, t: 'Every', by: 'prompt' },
  { i: 2, t: ' day\nis', p: 0.5, r: 1, h: 1, a: [[2, ' day\nis', 0.5], [7, HOSTILE, 0.25]] },
  { i: 3, t: HOSTILE, p: 0.01, r: 3, h: 1, a: [[5, ' night', 0.6, 0.9], [6, ' way', 0.2, 0]] },
];

/** The file of a text, and its document. */
function filed() {
  const style = `:root { --step-5: rgb(200, 100, 0); --pg-surface: rgb(250, 250, 250); }
    :root.dark { --step-5: rgb(100, 50, 0); --pg-surface: rgb(20, 20, 20); }`;
  const look = /** @type {const} */ ({ measure: 'probability', spaces: false });
  const strip = node('div', { class: 'strip' }, ...TOKENS.map((token, i) => tokenNode(token, i, look)));
  strip.children[1].classList.add('copied-train');
  const legend = node('span', {}, node('span', { text: '100 %' }), node('span', {}, node('span'), node('span')));
  document.body.replaceChildren(node('style', { text: style }), strip, legend);
  const text = textFile(strip, { title: 'river, <b>step</b> 5', measure: 'probability', legend, tokens: TOKENS, vocabSize: 100 });
  return { text, read: new DOMParser().parseFromString(text, 'text/html') };
}

const words = (/** @type {Document} */ read) => [...read.querySelectorAll('.tok')];
const card = (/** @type {Element} */ token) => [...token.querySelectorAll('.card > *')].map((line) => [...line.childNodes].map((each) => each.textContent).join(' | '));

test('the text is the same, and hostile words are characters', () => {
  const { read } = filed();
  for (const each of read.querySelectorAll('.card')) each.remove();
  equal(read.querySelector('.text')?.textContent, `Every day\nis${HOSTILE}`);
  equal([read.title, read.querySelectorAll('script, b').length], ['river, <b>step</b> 5', 0]);
});

test('each token has its colour and its underline', () => {
  const [given, day, hostile] = words(filed().read);
  equal([given.className, day.className, hostile.className], ['tok given', 'tok copied-train', 'tok']);
  equal([given, day, hostile].map((each) => each.getAttribute('style')), [null, '--shade: var(--step-5)', '--shade: var(--step-9)']);
});

test('each token tells what else could have stood there, the prompt’s first one has nothing to tell', () => {
  const [given, day, hostile] = words(filed().read);
  equal(card(given), []);
  equal(card(day), ['“·day↵is”', '50.0 %, rank 1. Could stand here:', '·day↵is | 50.0 %', '·</p><script>alert(1)</script> | 25.0 %', '98 other tokens share 25.0 %.']);
  equal(card(hostile), ['“·</p><script>alert(1)</script>”', '1.0 %, rank 3. Could stand here, before → after the stages:',
    '·night | 60.0 % → 90.0 %', '·way | 20.0 % → cut', '·</p><script>alert(1)</script> | 1.0 %', '97 other tokens share 19.0 %.']);
  equal([given, day].map((each) => each.getAttribute('tabindex')), [null, '0']);
});

test('a card is seen while its token is pointed at or has the focus, and by no script', () => {
  const { read } = filed();
  document.body.replaceChildren(...[...read.querySelectorAll('style, p')].map((each) => document.importNode(each, true)));
  const [, day, hostile] = [...document.querySelectorAll('.tok')];
  const seen = () => [day, hostile].map((each) => each.querySelector('.card')?.checkVisibility());
  equal(seen(), [false, false]);
  /** @type {HTMLElement} */ (hostile).focus();
  equal(seen(), [false, true]);
});

test('the file needs nothing from elsewhere, and is light or dark as the reader’s system is', () => {
  const { text, read } = filed();
  ok(!/src=|href=|url\(|@import|<script/.test(text.replaceAll('&lt;', '')), text);
  ok(text.startsWith('<!doctype html>') && text.includes("default-src 'none'"), 'no policy');
  const [light, dark] = read.querySelector('style')?.textContent?.split('@media (prefers-color-scheme: dark)') ?? [];
  ok(light.includes('--step-5: rgb(200, 100, 0)') && light.includes('--pg-surface: rgb(250, 250, 250)'), light);
  ok(dark?.includes('--step-5: rgb(100, 50, 0)') && dark.includes('--pg-surface: rgb(20, 20, 20)'), dark);
  equal(document.documentElement.classList.contains('dark'), false);
  ok(read.body.textContent?.includes('Colour: probability, 100 %'), 'no legend');
  ok(read.body.textContent?.includes('Underlined: stands word for word in the training text'), 'no word on the lines');
});
