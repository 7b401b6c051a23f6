import { close, equal, ok, test } from '/tests/check.js';
import { twoWords } from '/tests/grouped/chapters.js';
import { barLayout, shortened } from '/widgets/grouped/bar_layout.js';

test('every word has a bar for each temperature, as high as its probability', () => {
  const { bars, toY, bottom } = barLayout(twoWords(), 648);
  equal([bars.length, bars.map(({ series }) => series)], [6, [0, 1, 2, 0, 1, 2]]);
  close(bars[2].y, toY(0.849));
  close(bars[2].y + bars[2].height, bottom);
  equal(bars[4].title, 'pizza at T = 0.1: <0.01 %');
});

test('the bars of a word are side by side, centred on its label', () => {
  const { bars, labels, left, right } = barLayout(twoWords(), 648);
  for (const [i, bar] of bars.slice(0, -1).entries()) ok(bar.x + bar.width <= bars[i + 1].x, `bar ${i} overlaps`);
  ok(bars[0].x > left && bars[5].x + bars[5].width < right, 'outside of the figure');
  close((bars[0].x + bars[2].x + bars[2].width + 1) / 2, labels[0].x);
});

test('narrow words have slanted labels and bars of at least one pixel', () => {
  const words = Array.from({ length: 40 }, (_, i) => `word ${i}`);
  const columns = twoWords().columns.map((column) => ({ ...column, p: words.map(() => 0.025) }));
  const narrow = barLayout(twoWords({ words, columns }), 300);
  ok(narrow.isNarrow && narrow.bars.every(({ width }) => width >= 1), 'too thin');
  equal(barLayout(twoWords(), 648).isNarrow, false);
});

test('long words are cut', () => {
  equal([shortened('twelve chars'), shortened('thirteen char')], ['twelve chars', 'thirteen ch…']);
});
