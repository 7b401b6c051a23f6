import { equal, test } from '/tests/check.js';
import { CHOICES, NUMBERS } from '/tests/exercises/cards.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { node, part } from '/widgets/lib/dom.js';

test('every card is shown, and its buttons set the panel and scroll to the answer', async () => {
  const { element, events, props } = await mountWidget('exercises', {
    value: labState({ seed: 7, lessons: ['exercises'] }), constants: { cards: [NUMBERS, CHOICES] }, server: { exercise: () => ({ head: [], rows: [[]] }) },
  });
  equal(texts(element, 'h4'), ['5.1 How often?', '5.2 How often?']);
  const place = node('div', { id: 'lab-draws', style: 'margin-top: 3000px; height: 50px' });
  document.body.append(place);
  part(element, '.ups button').click();
  const state = labState({ seed: 7, n: 1000, follow: 'pizza', lessons: ['exercises', 'draws'] }); // the draws are a lesson
  equal([events.map(([name]) => name), JSON.parse(props.value ?? '')], [['input'], state]);
  equal(place.getBoundingClientRect().top < innerHeight, true);
});
