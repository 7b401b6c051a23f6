import { equal, test } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { cellAt, drawHeat, rowHeight } from '/widgets/learning/heat.js';

test('few steps get higher rows', () => {
  equal([2, 10, 40].map(rowHeight), [24, 16, 8]);
});

test('a pointer finds its cell, also at the edges', () => {
  const picture = { width: 100, rows: 10, columns: 50 };
  equal(cellAt({ offsetX: 51, offsetY: 17 }, picture), { row: 1, column: 25 });
  equal(cellAt({ offsetX: -3, offsetY: -3 }, picture), { row: 0, column: 0 });
  equal(cellAt({ offsetX: 100, offsetY: 999 }, picture), { row: 9, column: 49 });
});

test('every cell has the colour of its step', () => {
  const canvas = node('canvas', { style: 'width:20px;--step-0:#ff0000;--step-9:#0000ff;--pg-accent:#00ff00' });
  document.body.replaceChildren(canvas);
  drawHeat(canvas, [[0, 9], [9, 0]], { row: -1, column: -1 });
  const pixel = (/** @type {number} */ x, /** @type {number} */ y) =>
    [...(canvas.getContext('2d')?.getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data ?? [])].slice(0, 3);
  equal([pixel(4, 4), pixel(15, 4), pixel(4, 40)], [[255, 0, 0], [0, 0, 255], [0, 0, 255]]);
});
