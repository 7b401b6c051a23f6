import { equal, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { node, part } from '/widgets/lib/dom.js';
import { bindLesson, lastLesson } from '/widgets/lib/lab_lesson.js';

/** @param {string[]} lessons */
function makeLesson(lessons) {
  const details = node('details', { 'data-lesson': 'draws', style: 'margin-top: 3000px' },
    node('summary', { text: 'Draws' }), node('button', { class: 'lesson-link', text: 'Copy link' }));
  document.body.replaceChildren(details);
  const props = { value: /** @type {string | null} */ (JSON.stringify(labState({ lessons }))) };
  /** @type {string[]} */
  const events = [];
  const show = bindLesson({ props, trigger: (event) => events.push(event) }, details);
  const lessonsNow = () => JSON.parse(props.value ?? '').lessons;
  return { details, props, events, show, lessonsNow };
}

test('a lesson is open when the state says so', () => {
  for (const lessons of [[], ['draws'], ['figure', 'draws']]) {
    const { details, show } = makeLesson(lessons);
    show();
    equal(details.open, lessons.includes('draws'));
  }
});

test('opening and closing changes the state once', async () => {
  const { details, events, lessonsNow } = makeLesson(['figure']);
  details.open = true;
  await until(() => events.length === 1, 'not raised');
  equal(lessonsNow(), ['figure', 'draws']);
  details.open = false;
  await until(() => events.length === 2, 'not raised');
  equal(lessonsNow(), ['figure']);
});

test('a state from elsewhere opens it without being written again', async () => {
  const { details, props, events, show } = makeLesson([]);
  props.value = JSON.stringify(labState({ lessons: ['draws'] }));
  show();
  equal(details.open, true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  equal(events, []);
});

test('an address that leads to the lesson scrolls to it once', () => {
  history.replaceState(null, '', `?lab=${encodeURIComponent('{"lessons":["figure","draws"]}')}`);
  const { details, show } = makeLesson(['figure', 'draws']);
  show();
  equal(Math.abs(details.getBoundingClientRect().top) < innerHeight, true);
  scrollTo(0, 0);
  show();
  equal(scrollY, 0);
  history.replaceState(null, '', location.pathname);
});

test('its link is the address of the page', async () => {
  const { details } = makeLesson(['draws']);
  /** @type {string[]} */
  const copied = [];
  const clipboard = { writeText: async (/** @type {string} */ text) => { copied.push(text); } };
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  history.replaceState(null, '', `?tab=decoding&lab=${encodeURIComponent('{"lessons":["draws"]}')}`);
  part(details, '.lesson-link').click();
  await until(() => copied.length, 'not copied');
  equal(copied, [location.href]);
  await until(() => part(details, '.lesson-link').textContent === 'Copied', 'nothing said');
  history.replaceState(null, '', location.pathname);
});

test('an address without lessons leads to none', () => {
  equal([null, '', '{', '{}', '{"lessons":7}', '{"lessons":["draws"]}'].map(lastLesson), [undefined, undefined, undefined, undefined, undefined, 'draws']);
});
