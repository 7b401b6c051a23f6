import { equal, test, until } from '/tests/check.js';
import { LESSONS } from '/tests/lesson/fixtures.js';
import { mountWidget } from '/tests/mounting.js';
import { part } from '/widgets/lib/dom.js';
import { getParameter } from '/widgets/lib/place.js';
import { askFor } from '/widgets/lesson/tour.js';

test('the tour goes on where it was left, and the same lesson starts anew', async () => {
  history.replaceState(null, '', location.pathname);
  localStorage.setItem('pg-lessons', '["one"]');
  const { element } = await mountWidget('lesson', { constants: { lessons: LESSONS } });
  askFor('tour');
  await until(() => getParameter('lesson') === 'two', 'not the second lesson');
  const card = part(element, '.ls');
  part(card, '.ls-quiet').click();
  equal(part(card, '.ls-task').hidden, false);
  askFor('tour');
  await until(() => part(card, '.ls-task').hidden, 'not from its start');
  localStorage.clear();
});
