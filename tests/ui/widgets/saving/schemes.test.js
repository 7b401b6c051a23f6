import { equal, test } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { inBothSchemes } from '/widgets/saving/schemes.js';

const STYLE = 'body { color: rgb(1, 1, 1); transition: color 1s } body.dark { color: rgb(9, 9, 9) }';
const colour = () => getComputedStyle(document.body).color;

function check(/** @type {boolean} */ isDark) {
  document.body.replaceChildren(node('style', { text: STYLE }));
  document.body.classList.toggle('dark', isDark);
  const before = document.body.classList.contains('dark');
  equal(inBothSchemes(colour), { light: 'rgb(1, 1, 1)', dark: 'rgb(9, 9, 9)' });
  equal([document.body.classList.contains('dark'), colour(), document.head.children.length], [before, isDark ? 'rgb(9, 9, 9)' : 'rgb(1, 1, 1)', 0]);
}

test('both schemes are read from a light page, which stays light', () => check(false));

test('both schemes are read from a dark page, which stays dark', () => check(true));
