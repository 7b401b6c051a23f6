import { equal, test } from '/tests/check.js';
import { lessonOf } from '/tests/lesson/fixtures.js';
import { texts } from '/tests/mounting.js';
import { part } from '/widgets/lib/dom.js';
import { Card } from '/widgets/lesson/card.js';

const LAST = { i: 2, count: 3, before: 'two', after: '', next: '' };

async function makeCard() {
  document.body.innerHTML = await (await fetch('/widgets/lesson/lesson.html')).text(); // ours, and static
  /** @type {unknown[][]} */
  const acts = [];
  const card = new Card(part(document, '.ls'), {
    guess: (guess) => acts.push(['guess', guess]),
    place: () => 1234,
    skip: () => acts.push(['skip']),
    go: (id) => acts.push(['go', id]),
    close: () => acts.push(['close']),
  });
  return { card, acts, root: part(document, '.ls') };
}

test('each act of the learner is passed on', async () => {
  const { card, acts, root } = await makeCard();
  card.ask(lessonOf({}), LAST);
  part(root, '.ls-choice').click();
  part(root, '.ls-quiet').click();
  part(root, '.ls-before').click();
  part(root, '.ls-close').click();
  equal(acts, [['guess', 0], ['skip'], ['go', 'two'], ['close']]);
  equal([card.isOpen, card.isAsking, card.isEnded], [true, true, false]);
});

test('a question without a guess shows its answer at once', async () => {
  const { card, root } = await makeCard();
  card.ask(lessonOf({ guess: null }), LAST);
  equal(texts(root, '.ls-body button'), ['Show the answer']);
  card.showEnd({ said: '', answer: 'A', why: 'W' });
  equal([texts(root, '.ls-end p'), card.isEnded], [['A', 'W'], true]);
});

test('the focus goes to what comes next, and back to where it was', async () => {
  const { card, root } = await makeCard();
  const outside = document.createElement('button');
  document.body.append(outside);
  outside.focus();
  card.ask(lessonOf({}), LAST);
  card.focus();
  equal(document.activeElement, part(root, '.ls-question'));
  card.showEnd({ said: 'S', answer: 'A', why: 'W' });
  equal(document.activeElement?.textContent, 'End the tour');
  card.hide();
  equal(document.activeElement, outside);
});

test('the end does not take the focus from the page', async () => {
  const { card } = await makeCard();
  const slider = document.createElement('input');
  document.body.append(slider);
  card.ask(lessonOf({}), LAST);
  slider.focus();
  card.showEnd({ said: 'S', answer: 'A', why: 'W' });
  equal(document.activeElement, slider);
});

test('the place on the chart is named', async () => {
  const { card, root } = await makeCard();
  card.ask(lessonOf({ guess: { step: 5, near: 1, last: 9 } }), LAST);
  equal(part(root, '.ls-place').textContent, 'Step 1,234');
});
