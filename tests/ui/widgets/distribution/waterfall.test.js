import { equal, test } from '/tests/check.js';
import { picture } from '/tests/distribution/pictures.js';
import { texts } from '/tests/mounting.js';
import { node, part, parts } from '/widgets/lib/dom.js';
import { makeWaterfall } from '/widgets/distribution/waterfall.js';

test('every stage is a row with a column for each word', () => {
  const host = node('div');
  makeWaterfall(host)(picture());
  equal(texts(host, '.stage b'), ['Softmax', 'Top-k']);
  equal(texts(host, '.what'), ['3 words in play', 'cuts 1 word, 20.00 %']);
  equal(texts(host, '.words .name'), ['you', 'a·b', 'pizza']);
  const [softmax, topK] = parts(host, '[role=row]');
  equal(parts(softmax, '.kept').map((bar) => bar.style.height), ['25%', '75%', '25%']);
  equal(parts(topK, '.cell').map((cell) => cell.lastElementChild?.className), ['up', 'up', 'gone']);
  equal(parts(topK, '.cell').map((cell) => cell.className), ['cell', 'cell', 'cell cross']);
});

test('many columns have vertical names', () => {
  const host = node('div');
  const rows = Array.from({ length: 11 }, () => picture().rows[0]);
  const draw = makeWaterfall(host);
  draw(picture({ rows, steps: [{ ...picture().steps[0], p: rows.map(() => 0.1) }] }));
  equal(part(host, '.falls').className, 'falls many');
  draw(picture());
  equal(part(host, '.falls').className, 'falls');
});
