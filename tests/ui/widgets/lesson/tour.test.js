import { equal, test } from '/tests/check.js';
import { LESSON_EVENT, askFor, doneLessons, markDone, nextLesson } from '/widgets/lesson/tour.js';

const IDS = ['one', 'two', 'three'];

test('the tour continues with the first lesson that was not done, and starts again after the last', () => {
  localStorage.clear();
  equal(nextLesson(IDS), 'one');
  markDone('one');
  markDone('three');
  markDone('one');
  equal([doneLessons(), nextLesson(IDS)], [['one', 'three'], 'two']);
  markDone('two');
  equal(nextLesson(IDS), 'one');
  localStorage.clear();
});

test('a damaged memory is no lesson done', () => {
  for (const damaged of ['{', '3', 'null']) {
    localStorage.setItem('pg-lessons', damaged);
    equal(doneLessons(), []);
  }
  localStorage.clear();
});

test('what is asked for is raised on the window', () => {
  let asked = '';
  addEventListener(LESSON_EVENT, (event) => { asked = /** @type {CustomEvent} */ (event).detail; }, { once: true });
  askFor('make');
  equal(asked, 'make');
});
