import { equal, test } from '/tests/check.js';
import { hundredDraws } from '/tests/draws/answers.js';
import { texts } from '/tests/mounting.js';
import { part, svgNode } from '/widgets/lib/dom.js';
import { drawShare } from '/widgets/draws/share_plot.js';

test('the plot has axes, funnel, curve and the last share, and is replaced when drawn again', () => {
  const plot = svgNode('svg');
  drawShare(plot, hundredDraws(), 400);
  const nodes = plot.querySelectorAll('*').length;
  drawShare(plot, hundredDraws(), 400);
  equal(plot.querySelectorAll('*').length, nodes);
  equal(plot.getAttribute('viewBox'), '0 0 400 190');
  equal(texts(plot, 'text'), ['1', '10', '100', 'draws so far', '0 %', '50 %', '100 %']);
  equal([part(plot, '.last').getAttribute('cx'), plot.querySelectorAll('.funnel, .share, .p').length], ['392', 3]);
});
