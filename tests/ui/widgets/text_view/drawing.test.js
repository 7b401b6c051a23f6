import { equal, ok, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { answerOf } from '/tests/text_view/fixtures.js';
import { drawMatrix, drawPairs, drawSplit, drawTokens, showIf } from '/widgets/text_view/drawing.js';

const { split, batch } = answerOf();

test('tokens stand with their ids; spaces and line breaks are visible, hostile text is text', () => {
  const list = document.createElement('ol');
  drawTokens(list, [[' you', 345], ['\n', 198], ['<img src=x onerror=alert(1)>', 9]]);
  equal(texts(list, '.tv-token'), ['·you', '↵', '<img·src=x·onerror=alert(1)>']);
  equal(texts(list, '.tv-id'), ['345', '198', '9']);
  equal(list.querySelector('img'), null);
});

test('every input has its target below', () => {
  const list = document.createElement('ol');
  drawPairs(list, [['a', 1], ['b', 2], ['c', 3]], [['b', 2], ['c', 3], ['d', 4]], 2);
  equal(texts(list, '.tv-input .tv-id'), ['1', '2']);
  equal(texts(list, '.tv-target .tv-id'), ['2', '3']);
});

test('the bar is as long as the parts have tokens', () => {
  const bar = document.createElement('div');
  const list = document.createElement('ul');
  drawSplit(bar, list, split);
  equal([...bar.children].map((segment) => /** @type {HTMLElement} */ (segment).style.flexGrow), ['297', '3', '33', '1']);
  equal(list.children.length, 3);
});

test('a batch that is too wide or too high says how much more there is; a window can be picked', () => {
  if (batch.missing !== undefined) throw new Error('no batch');
  const table = document.createElement('table');
  /** @type {number[]} */
  const picked = [];
  drawMatrix(table, batch, 1000, (window) => picked.push(window));
  equal(texts(table, 'td'), ['1', '2', '3', '4', '5', '6', '7', '8']);
  equal(texts(table, 'th'), ['Window 12', 'Window 7']);
  table.querySelectorAll('button')[1].click();
  equal(picked, [7]);

  const row = Array.from({ length: 64 }, (_, i) => i);
  const large = { ...batch, shape: /** @type {[number, number]} */ ([20, 128]), windows: row.slice(0, 16), ids: row.slice(0, 16).map(() => row) };
  drawMatrix(table, large, 340, () => {});
  ok(texts(table, 'td').includes('… 125 more'), 'columns');
  equal(texts(table, 'td').at(-1), '… 12 more windows');
});

test('a sentence is shown where there is one', () => {
  const line = document.createElement('p');
  showIf(line, 'Why');
  equal([line.hidden, line.textContent], [false, 'Why']);
  showIf(line, '');
  equal(line.hidden, true);
});
