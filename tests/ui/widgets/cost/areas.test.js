import { close, equal, test } from '/tests/check.js';
import { amounts, divide, squareSides, totalOf } from '/widgets/cost/areas.js';
import { SIZE } from '/tests/cost/fixtures.js';

test('a measure counts each part, and leaves out those without any', () => {
  equal(totalOf(amounts(SIZE, 'parameters', 4)), 1000);
  equal(totalOf(amounts(SIZE, 'bytes', 4)), 4000);
  equal(amounts(SIZE, 'operations', 4).map(({ name }) => name), ['attention', 'output head']);
});

test('areas are proportional to their values and fill the room', () => {
  const values = [600, 50, 300, 50];
  const found = divide(values, { x: 10, y: 20, width: 300, height: 100 });
  for (const [i, { width, height }] of found.entries()) close(width * height, (300 * 100 * values[i]) / 1000, 1e-6);
  equal(found.every(({ x, y, width, height }) => x >= 10 && y >= 20 && x + width <= 310.001 && y + height <= 120.001), true);
});

test('squares have areas on one scale and fit', () => {
  const sides = squareSides([1, 100, 900], 500, 10, 1000);
  close(sides[2] / sides[0], 30);
  close(sides[0] + sides[1] + sides[2] + 20, 500);
  close(squareSides([1, 100], 5000, 10, 240)[1], 240);
});
