import { equal, ok, test, until } from '/tests/check.js';
import { LESSONS } from '/tests/lesson/fixtures.js';
import { mountWidget } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { readLesson } from '/widgets/lesson/lesson_text.js';
import { askFor } from '/widgets/lesson/tour.js';

async function openForm(search = '?tab=decoding&run=tale&moment=3') {
  history.replaceState(null, '', location.pathname + search);
  /** @type {string[]} */
  const copied = [];
  const writeText = async (/** @type {string} */ text) => { copied.push(text); };
  Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
  const { element } = await mountWidget('lesson', { constants: { lessons: LESSONS } });
  askFor('make');
  const root = part(element, '.ls-maker');
  await until(() => !root.hidden, 'no form');
  const type = (/** @type {number} */ i, /** @type {string} */ selector, /** @type {string} */ text) => {
    const field = /** @type {HTMLInputElement} */ (parts(root, selector)[i]);
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const submit = () => part(root, 'form', HTMLFormElement).requestSubmit();
  return { root, copied, type, submit, error: () => part(root, '.ls-error').textContent };
}

test('a link is made of what is shown, the question, the answers and why', async () => {
  const { root, copied, type, submit } = await openForm();
  equal(document.activeElement, part(root, '[name=question]'));
  type(0, '[name=question]', 'Which?');
  type(0, '[name=answer]', 'this');
  type(2, '[name=answer]', 'that');
  parts(root, '[name=right]')[2].click();
  type(0, '[name=why]', 'So.');
  part(root, '[value=tabs]').click();
  submit();
  await until(() => copied.length, 'nothing copied');
  const { searchParams } = new URL(copied[0]);
  equal([searchParams.get('tab'), searchParams.get('run'), searchParams.get('moment')], ['decoding', 'tale', null]);
  const { lesson } = /** @type {any} */ (readLesson(searchParams.get('lesson') ?? ''));
  equal([lesson.guess, lesson.hide, lesson.why], [{ answers: ['this', 'that'], right: 1 }, ['tabs'], 'So.']);
  const made = part(root, '.ls-made', HTMLAnchorElement);
  equal([made.href, made.hidden, part(root, '[type=submit]').textContent], [copied[0], false, 'Copied']);
  type(0, '[name=why]', 'Otherwise.');
  equal([made.hidden, part(root, '[type=submit]').textContent], [true, "Copy the lesson's link"]);
});

test('what is missing is said, and nothing copied', async () => {
  const { copied, type, submit, error } = await openForm();
  submit();
  equal(error(), 'The question is missing; write one.');
  type(0, '[name=question]', 'Which?');
  equal(error(), '');
  submit();
  equal([error(), copied], ['The sentence of why is missing; the lesson ends with it.', []]);
});

test('where the browser does not allow copying, the link can be opened', async () => {
  const { root, type, submit, error } = await openForm();
  navigator.clipboard.writeText = async () => { throw new Error('not allowed'); };
  type(0, '[name=question]', 'Which?');
  type(0, '[name=why]', 'So.');
  submit();
  await until(() => error(), 'nothing said');
  ok(error()?.startsWith('The browser does not allow copying'), error() ?? '');
  equal(part(root, '.ls-made').hidden, false);
});

test('a row for one more answer is shown, and Escape closes the form and keeps what was entered', async () => {
  const { root, type } = await openForm();
  const shown = () => parts(root, '.ls-row').filter((row) => !row.hidden).length;
  equal(shown(), 3);
  type(2, '[name=answer]', 'third');
  equal(shown(), 4);
  part(root, '[name=why]').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  equal([root.hidden, document.documentElement.dataset.lesson], [true, undefined]);
  askFor('make');
  await until(() => !root.hidden, 'not open again');
  equal(shown(), 4);
});
