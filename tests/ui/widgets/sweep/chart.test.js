import { equal, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { svgNode } from '/widgets/lib/dom.js';
import { drawSweep } from '/widgets/sweep/chart.js';
import { layoutFor } from '/widgets/sweep/sweep_lines.js';

const SWEEP = {
  temperatures: [0.05, 0.5, 5],
  lines: [{ word: 'forward', p: [1, 0.8, 0.4] }, { word: 'same', p: [1, 0.8, 0.4] }],
  entropy: [0, 0.7, 0.97],
  now: 1,
  here: [0.7, 0.7],
  entropy_here: 0.88,
};

test('every word has a line and a label, the same lines are moved apart', () => {
  const plot = svgNode('svg');
  drawSweep(plot, SWEEP, layoutFor(620), null);
  equal([texts(plot, '.name'), plot.querySelectorAll('circle').length], [['forward', 'same'], 3]);
  const moves = [...plot.querySelectorAll('.word .line')].map((line) => line.getAttribute('transform'));
  equal(moves, ['translate(0 0)', 'translate(0 -3.5)']);
  equal(plot.querySelectorAll('.pointed, .cursor').length, 0);
});

test('the marks alone can be drawn at another temperature', () => {
  const plot = svgNode('svg');
  const mark = drawSweep(plot, SWEEP, layoutFor(620), null);
  const [line, at] = [plot.querySelector('.word .line'), plot.querySelector('.now')?.getAttribute('x1')];
  mark({ ...SWEEP, now: 2, here: [0.6, 0.6] });
  equal([plot.querySelectorAll('.now').length, plot.querySelectorAll('circle').length], [1, 3]);
  equal([plot.querySelector('.word .line') === line, plot.querySelector('.now')?.getAttribute('x1') === at], [true, false]);
});

test('the line that is pointed at stands out', () => {
  const plot = svgNode('svg');
  drawSweep(plot, SWEEP, layoutFor(620), { at: 1, line: 1 });
  equal([texts(plot, '.pointed .name'), plot.querySelectorAll('.cursor').length], [['same'], 1]);
  drawSweep(plot, SWEEP, layoutFor(620), null);
  equal(plot.querySelectorAll('.pointed, .cursor').length, 0);
});
