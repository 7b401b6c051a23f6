import { close, equal, ok, test } from '/tests/check.js';
import { drawnLines, entropyPath, hereText, layoutFor, liftsOf, scalesFor, spread, sweepTitle } from '/widgets/sweep/sweep_lines.js';

const SWEEP = {
  temperatures: [0.05, 0.5, 5],
  lines: [{ word: ' forward', p: [1, 0.8, 0.4] }, { word: 'a very long word', p: [0, 0.2, 0.6] }],
  entropy: [0, 0.7, 0.97],
  now: 1,
  here: [0.7, 0.3],
  entropy_here: 0.88129,
};

test('temperatures have a logarithmic scale, those below it are drawn at its left end', () => {
  const layout = layoutFor(620);
  const { toX } = scalesFor(SWEEP, layout);
  equal([toX(0.05), toX(5), toX(0)], [layout.left, layout.right, layout.left]);
  close(toX(0.5), (layout.left + layout.right) / 2);
});

test('probabilities are drawn above the entropy, which ends at a whole bit', () => {
  const layout = layoutFor(620);
  const { toY, toBitsY, mostBits } = scalesFor({ ...SWEEP, entropy: [0, 2.1, 2.3] }, layout);
  equal([toY(1), toY(0), mostBits], [layout.top, layout.split, 3]);
  equal([toBitsY(3), toBitsY(0)], [layout.low, layout.bottom]);
  equal(scalesFor({ ...SWEEP, entropy: [0, 0, 0] }, layout).mostBits, 1);
});

test('a narrow plot is lower', () => {
  equal([layoutFor(479).height, layoutFor(480).height], [400, 486]);
});

test('labels keep their distance and their order', () => {
  const moved = spread([50, 52, 51, 90], 13, 0, 100);
  equal(moved, [50, 76, 63, 90]);
});

test('labels at the bottom move up', () => {
  equal(spread([98, 99, 100], 13, 0, 100), [74, 87, 100]);
  equal(spread([], 13, 0, 100), []);
});

test('every line has a path, a label at its end and a look of its own', () => {
  const layout = layoutFor(620);
  const lines = drawnLines(SWEEP, layout, scalesFor(SWEEP, layout));
  equal(lines.map(({ label, dashes, lift }) => [label, dashes, lift]), [['·forward', '', 0], ['a·very·lo', '7 3', 0]]);
  ok(lines[0].path.startsWith(`M${layout.left.toFixed(1)} ${layout.top.toFixed(1)}L`), lines[0].path);
  close(lines[1].end, layout.split - (layout.split - layout.top) * 0.6);
  close(lines[1].labelY, lines[1].end + 4);
});

test('nine lines differ in their dashes', () => {
  const layout = layoutFor(620);
  const nine = { ...SWEEP, lines: Array.from({ length: 9 }, (_, i) => ({ word: `${i}`, p: [0, 0, 0] })) };
  const looks = drawnLines(nine, layout, scalesFor(nine, layout)).map(({ dashes }) => dashes);
  equal(new Set(looks).size, 9);
});

test('the entropy has its own path', () => {
  const layout = layoutFor(620);
  const path = entropyPath(SWEEP, scalesFor(SWEEP, layout));
  equal(path.split(/[ML]/)[1], `${layout.left.toFixed(1)} ${layout.bottom.toFixed(1)}`);
});

test('the sentence names the likeliest word here', () => {
  equal(hereText(SWEEP), 'At T = 1: forward 70.00 %, 0.881 bits.');
  equal(sweepTitle(SWEEP), 'Probabilities and entropy at temperatures from 0.05 to 5');
});

test('lines that are the same are drawn beside each other', () => {
  equal(liftsOf([[100, 50], [100, 51], [100, 80], [101, 50]]), [0, 3.5, 0, 7]);
  equal(liftsOf([]), []);
  const layout = layoutFor(620);
  const same = { ...SWEEP, lines: [SWEEP.lines[0], { ...SWEEP.lines[0], word: 'other' }] };
  const [one, other] = drawnLines(same, layout, scalesFor(same, layout));
  equal([one.path === other.path, one.end - other.end], [true, 3.5]);
});
