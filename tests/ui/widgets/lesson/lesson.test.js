import { equal, ok, test, until } from '/tests/check.js';
import { LESSONS, lessonOf } from '/tests/lesson/fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { node, part, parts } from '/widgets/lib/dom.js';
import { getParameter, readPlace, setParameter } from '/widgets/lib/place.js';
import { askFor } from '/widgets/lesson/tour.js';

async function mountLessons(search = '', lessons = LESSONS) {
  history.replaceState(null, '', location.pathname + search);
  localStorage.clear();
  const mounted = await mountWidget('lesson', { constants: { lessons } });
  const card = part(mounted.element, '.ls');
  const choose = (/** @type {string} */ text) => parts(card, 'button').find((button) => button.textContent === text)?.click();
  return { ...mounted, card, choose, isOpen: () => !card.hidden, hidden: () => document.documentElement.dataset.hide ?? '' };
}

const opened = async (/** @type {{ isOpen: () => boolean }} */ { isOpen }) => until(isOpen, 'no lesson');

test('the tour sets the page, asks before it shows, and ends a lesson when its task is done', async () => {
  const view = await mountLessons('?tab=runs&run=other');
  askFor('tour');
  await opened(view);
  const { card, choose, hidden } = view;
  equal([readPlace().tab, readPlace().run, getParameter('moment'), getParameter('lesson')], ['train', 'tale', '1', 'one']);
  equal([texts(card, '.ls-where'), texts(card, '.ls-choice'), texts(card, '.ls-end')], [['Tour, 1 of 3'], ['two', 'three'], ['']]);
  equal([hidden(), document.activeElement?.textContent], ['settings verdict', 'How many?']);
  choose('three');
  equal([texts(card, '.ls-choice'), part(card, '.ls-task').textContent, part(card, '.ls-end').textContent], [[], 'Count to 3.', '']);
  equal(document.activeElement, part(card, '.ls-task'));
  setParameter('moment', '3');
  await until(() => part(card, '.ls-end').textContent, 'the task is not seen to be done');
  equal([texts(card, '.ls-end p'), hidden()], [['Right.', 'Three.', 'Because of the third.'], 'settings']);
  equal(localStorage.getItem('pg-lessons'), '["one"]');
  choose('Next: Second');
  equal([getParameter('lesson'), readPlace().tab], ['two', 'decoding']);
});

test('a lesson puts the state that the laboratory starts with into the address', async () => {
  const view = await mountLessons('?lesson=two');
  await opened(view);
  equal([getParameter('lab'), readPlace().tab], ['{"seed":7}', 'decoding']);
});

test('a number is guessed with Enter, and one that is none is not taken', async () => {
  const view = await mountLessons('?lesson=two');
  await opened(view);
  const field = part(view.card, '.ls-number', HTMLInputElement);
  const form = part(view.card, '.ls-guess', HTMLFormElement);
  field.value = '101';
  form.requestSubmit();
  equal(part(view.card, '.ls-task').hidden, true);
  field.value = '40';
  form.requestSubmit();
  equal(part(view.card, '.ls-task').hidden, false);
  view.choose('Show the answer without it');
  equal(texts(view.card, '.ls-end p')[0], 'Close: you guessed 40.');
});

test('a place on the chart is guessed by moving it', async () => {
  const view = await mountLessons('?lesson=three');
  await opened(view);
  equal([part(view.card, '.ls-place').textContent, view.hidden()], ['Step 1', 'verdict']);
  setParameter('moment', '6');
  equal(part(view.card, '.ls-place').textContent, 'Step 6');
  setParameter('moment', '');
  equal(part(view.card, '.ls-place').textContent, 'Step 9');
  setParameter('moment', '6');
  view.choose('This is my guess');
  equal([texts(view.card, '.ls-end p')[0], view.hidden()], ['Close: you chose step 6.', '']);
  equal(texts(view.card, '.ls-ways button'), ['End the tour']);
});

test('guess and task can be skipped, and a lesson before or after opened', async () => {
  const view = await mountLessons('?lesson=one');
  await opened(view);
  view.choose('Go on without a guess');
  view.choose('Show the answer without it');
  equal(texts(view.card, '.ls-end p'), ['Three.', 'Because of the third.']);
  part(view.card, '.ls-after').click();
  equal([getParameter('lesson'), part(view.card, '.ls-before', HTMLButtonElement).disabled], ['two', false]);
  part(view.card, '.ls-before').click();
  equal([getParameter('lesson'), texts(view.card, '.ls-choice').length], ['one', 2]);
});

test('Escape or Close ends it and leaves the page as it is, with what was hidden', async () => {
  const view = await mountLessons('?lesson=one');
  await opened(view);
  setParameter('moment', '2');
  part(view.card, '.ls-question').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  equal([view.isOpen(), view.hidden(), location.search], [false, '', '?tab=train&run=tale&moment=2']);
  equal(document.documentElement.dataset.lesson, undefined);
});

test('Back leaves the tour, Forward returns to it', async () => {
  const view = await mountLessons('?tab=runs&run=other');
  askFor('tour');
  await opened(view);
  history.back();
  await until(() => !view.isOpen(), 'still open');
  equal(readPlace().tab, 'runs');
  history.forward();
  await until(view.isOpen, 'not open again');
});

test('the answer is read from the page where the lesson says so, once it is new', async () => {
  const reading = lessonOf({ done: { shown: '.written' }, read: '.written', answer: '{} is copied.' });
  const view = await mountLessons('?lesson=one', [reading]);
  await opened(view);
  const written = node('p', { class: 'written', text: ' 0 % ' });
  document.body.append(written);
  view.choose('two');
  await new Promise((resolve) => setTimeout(resolve, 450));
  equal(part(view.card, '.ls-end').textContent, ''); // this was there before
  written.textContent = ' 20 % ';
  await until(() => part(view.card, '.ls-end').textContent, 'not seen');
  equal(texts(view.card, '.ls-end p')[1], '20 % is copied.');
});

test('a lesson in an address is shown as characters, whatever stands in it', async () => {
  const hostile = `<img src=x onerror="window.wasRun = true">{{value}}${'$'}{value}`;
  const text = JSON.stringify({ q: hostile, a: [hostile, 'b'], r: 0, w: hostile });
  const view = await mountLessons(`?lesson=${encodeURIComponent(text)}`);
  await opened(view);
  equal([part(view.card, '.ls-question').textContent, texts(view.card, '.ls-choice')[0]], [hostile, hostile]);
  equal(part(view.card, '.ls-where').textContent, 'Lesson');
  view.choose(hostile);
  equal(texts(view.card, '.ls-end p'), ['Right.', hostile, hostile]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  ok(!view.card.querySelector('img') && !('wasRun' in window), 'it was run');
  view.choose('Close');
  equal([view.isOpen(), location.search], [false, '']);
});

test('a damaged lesson is refused with a sentence', async () => {
  const view = await mountLessons('?lesson=%7B%22q');
  await opened(view);
  equal(part(view.card, '.ls-question').textContent, 'The lesson in this address cannot be read: it may have been cut off. Ask for the link again.');
  part(view.card, '.ls-close').click();
  equal(view.isOpen(), false);
});

test('the card folds to what is to be done', async () => {
  const view = await mountLessons('?lesson=one');
  await opened(view);
  const fold = part(view.card, '.ls-fold');
  fold.click();
  equal([fold.getAttribute('aria-expanded'), fold.getAttribute('aria-label')], ['false', 'Unfold']);
  fold.click();
  equal(fold.getAttribute('aria-expanded'), 'true');
});
