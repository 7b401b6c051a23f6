import { equal, ok, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { node, part, parts } from '/widgets/lib/dom.js';
import { Plot } from '/widgets/lib/plot/plot.js';

/** @typedef {import('/widgets/lib/plot/plot.js').Picture} Picture */

/** @returns {Picture} */
const picture = () => ({
  xRange: [0, 4],
  series: [
    { name: 'loss', kind: 'thin', colour: 'red', x: [0, 1, 2, 3, 4], y: [4, 3, 2, 1, 0] },
    { name: 'val', kind: 'dash', colour: 'blue', x: [0, 4], y: [4, 1] },
  ],
});

/** A plot 400 pixels wide in an empty page, and where its cursor is moved to. */
function makePlot() {
  const host = node('div', { style: 'width: 400px' });
  document.body.replaceChildren(host);
  /** @type {(number | null)[]} */
  const moves = [];
  const plot = new Plot(host, {
    label: 'Losses', height: () => 200, yFormat: String, xTitle: 'Epochs', onCursor: (x) => { moves.push(x); plot.cursor(x); },
  });
  return { host, plot, moves };
}

const key = (/** @type {Plot} */ plot, /** @type {string} */ name) => plot.svg.dispatchEvent(new KeyboardEvent('keydown', { key: name }));

test('a plot draws its lines, axes and titles', () => {
  const { host, plot } = makePlot();
  plot.draw({ ...picture(), top: { title: 'Tokens', per: 1000 } });
  equal(parts(host, '.plot-line').map((line) => line.getAttribute('class')), ['plot-line plot-thin', 'plot-line plot-dash']);
  equal(texts(host, '.plot-title'), ['Epochs', 'Tokens']);
  ok(texts(host, '.plot-grid text').includes('4,000'), 'the upper axis has no 4,000');
});

test('a new picture changes the same nodes, and a series that is gone loses its line', () => {
  const { host, plot } = makePlot();
  plot.draw(picture());
  const line = part(host, '.plot-thin', SVGPathElement);
  const before = line.getAttribute('d');
  plot.draw({ ...picture(), series: [{ ...picture().series[0], y: [0, 1, 2, 3, 4] }] });
  ok(part(host, '.plot-thin', SVGPathElement) === line, 'the line is another node');
  ok(line.getAttribute('d') !== before, 'the line did not change');
  equal(parts(host, '.plot-line').length, 1);
});

test('the arrow keys move the cursor from point to point, Escape takes it away', () => {
  const { host, plot, moves } = makePlot();
  plot.draw(picture());
  for (const name of ['Home', 'End', 'x', 'Escape']) key(plot, name);
  equal(moves, [0, 4, null]);
  equal(part(host, '.plot-cursor', SVGLineElement).getAttribute('visibility'), 'hidden');
});

test('the cursor puts a dot on every line but thin ones', () => {
  const { host, plot } = makePlot();
  plot.draw(picture());
  plot.cursor(4);
  equal(parts(host, '.plot-dots circle').map((dot) => dot.getAttribute('style')), ['fill:blue']);
});

test('the pointer moves the cursor to the nearest point', () => {
  const { plot, moves } = makePlot();
  plot.draw(picture());
  const { left } = plot.svg.getBoundingClientRect();
  plot.svg.dispatchEvent(new PointerEvent('pointermove', { clientX: left + 46 + 334 / 2 }));
  plot.svg.dispatchEvent(new PointerEvent('pointerleave'));
  equal(moves, [2, null]);
});

test('keys do nothing before there is a point', () => {
  const { plot, moves } = makePlot();
  plot.draw({ xRange: [0, 1], series: [] });
  key(plot, 'Home');
  equal(moves, []);
});

test('marks have titles; a pin outside the range is hidden', () => {
  const { host, plot } = makePlot();
  plot.draw({ ...picture(), pin: 2, marks: [{ x: 4, y: 1, colour: 'blue', title: 'Best: 1.000' }] });
  const pin = part(host, '.plot-pin', SVGLineElement);
  equal([texts(host, '.plot-marks title'), pin.getAttribute('visibility')], [['Best: 1.000'], 'visible']);
  plot.draw({ ...picture(), pin: 9 });
  equal(pin.getAttribute('visibility'), 'hidden');
});

test('a plot that had no width is drawn once it has one', async () => {
  const { host, plot } = makePlot();
  host.style.display = 'none';
  plot.draw(picture());
  equal(parts(host, '.plot-line').length, 0);
  host.style.display = '';
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  equal(parts(host, '.plot-line').length, 2);
});

test('what is right of the pin is veiled where that is asked for', () => {
  const { host, plot } = makePlot();
  plot.draw(picture());
  const veil = part(host, '.plot-veil', SVGElement);
  plot.pin(2, true);
  const pin = part(host, '.plot-pin', SVGLineElement);
  equal([veil.getAttribute('visibility'), veil.getAttribute('x')], ['visible', pin.getAttribute('x1')]);
  ok(Number(veil.getAttribute('width')) > 100, 'nothing is veiled');
  plot.draw({ ...picture(), pin: 2, isVeiled: true });
  equal(veil.getAttribute('visibility'), 'visible');
  plot.pin(2);
  equal([veil.getAttribute('visibility'), pin.getAttribute('visibility')], ['hidden', 'visible']);
});
