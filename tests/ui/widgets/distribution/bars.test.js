import { equal, ok, test } from '/tests/check.js';
import { picture } from '/tests/distribution/pictures.js';
import { texts } from '/tests/mounting.js';
import { node, part, parts } from '/widgets/lib/dom.js';
import { makeBars } from '/widgets/distribution/bars.js';

test('bars have the lengths and numbers of the picture', () => {
  const host = node('div');
  makeBars(host)(picture(), false);
  equal(texts(host, 'li .word'), ['you', 'a·b', 'pizza', 'sum']);
  equal(parts(host, 'li').map((item) => item.className), ['row', 'row', 'row cut', 'row sum']);
  equal(parts(host, 'li .after').map((bar) => bar.style.width), ['25%', '75%', '0%', '0%']);
  equal(texts(host, 'li .num.strong'), ['25.00 %', '75.00 %', '0', '100.00 %']);
  equal(texts(host, '.why'), ['', '', 'cut by Top-k', '']);
  equal(texts(host, '.axis span'), ['0 %', '25 %', '50 %', '75 %', '100 %']);
});

test('the next picture reuses the rows and removes those that are too many', () => {
  const host = node('div');
  const draw = makeBars(host);
  draw(picture(), false);
  const first = part(host, 'li');
  draw(picture({ kind: 'model', rows: picture().rows.slice(1) }), true);
  ok(part(host, 'li') === first, 'the first row was replaced');
  equal([texts(host, 'li .word'), host.classList.contains('wide-words')], [['a·b', 'pizza', 'sum'], true]);
  equal(texts(host, '.axis span').at(-1), '100 %');
});

test('words are text, never markup', () => {
  const host = node('div');
  const [row] = picture().rows;
  makeBars(host)(picture({ rows: [{ ...row, word: '<img src=x onerror=alert(1)>' }] }), false);
  equal(host.querySelector('img'), null);
});
