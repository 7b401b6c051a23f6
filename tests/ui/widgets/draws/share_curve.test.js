import { close, equal, ok, test } from '/tests/check.js';
import { hundredDraws } from '/tests/draws/answers.js';
import { curvePath, curveTitle, funnelPath, highestShare, shareScales } from '/widgets/draws/share_curve.js';

const { follow } = hundredDraws();
const EDGES = { left: 10, right: 110, top: 0, bottom: 100 };

test('the axis leaves room above the probability and ignores the first draws', () => {
  close(highestShare({ ...follow, p: 0.1, share: [1, 0.2, 0.1] }), 0.22);
  close(highestShare({ ...follow, p: 0.1, share: [1, 0.1, 0.9] }), 0.99);
  close(highestShare(follow), 1);
  close(highestShare({ ...follow, p: 0, share: [0, 0, 0] }), 0.002);
});

test('draws have a logarithmic scale from 1 to n with a mark for each power of ten', () => {
  const { toX, powers } = shareScales(follow, 1000, EDGES);
  equal([toX(1), toX(1000), powers], [10, 110, [1, 10, 100, 1000]]);
  close(toX(10), 10 + 100 / 3);
  equal(shareScales(follow, 5000, EDGES).powers, [1, 10, 100, 1000]);
});

test('a single draw has an axis up to ten', () => {
  const { toX, powers } = shareScales(follow, 1, EDGES);
  equal([toX(1), toX(10), powers], [10, 110, [1, 10]]);
});

test('shares outside the axis are drawn at its edge', () => {
  const { toY } = shareScales({ ...follow, p: 0.1, share: [1, 0.1, 0.1] }, 100, EDGES);
  equal([toY(0), toY(1), toY(-1)], [100, 0, 100]);
});

test('the funnel has its 95 % band around the probability', () => {
  const scales = shareScales(follow, 100, EDGES);
  const points = funnelPath(follow, 100, scales).slice(1, -1).split('L').map((point) => point.split(' ').map(Number));
  equal(points.length, 122);
  const [x, upper] = points[60]; // at the last draw: 0.5 ± 2 · sqrt(0.25 / 100)
  const [, lower] = points[61];
  equal([x, upper, lower], [110, 40, 60]);
  ok(points[0][1] === 0 && points[121][1] === 100, 'the first draw can have any share');
});

test('the curve goes through the shares', () => {
  equal(curvePath(follow, shareScales(follow, 100, EDGES)), 'M10.0 0.0L60.0 70.0L110.0 60.0');
});

test('the title names word, draws, share and probability', () => {
  equal(curveTitle(follow, 100), 'Share of on edge in 1 to 100 draws, closing in on 0.400; its probability is 0.500');
});
