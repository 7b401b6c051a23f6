import { equal, ok, test } from '/tests/check.js';
import { hundredDraws } from '/tests/draws/answers.js';
import { texts } from '/tests/mounting.js';
import { makeCountsList } from '/widgets/draws/counts_list.js';
import { node, part, parts } from '/widgets/lib/dom.js';

test('rows show counts and marks, and are reused by the next draws', () => {
  const list = node('ol');
  const draw = makeCountsList(list);
  draw(hundredDraws());
  const first = part(list, 'li');
  equal([texts(list, '.word'), texts(list, '.strong')], [['heads', 'on·edge', 'never'], ['60', '40', '0']]);
  equal(parts(list, 'li').map((item) => item.className), ['outside', 'followed', 'never']);
  equal(parts(list, '.band')[0].style.left.slice(0, 4), '72.6');
  draw(hundredDraws({ rows: hundredDraws().rows.slice(1) }));
  ok(part(list, 'li') === first, 'the first row was replaced');
  equal([texts(list, '.word'), first.className], [['on·edge', 'never'], 'followed']);
});
