import { equal, ok, test, until } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { standBeside } from '/widgets/desk/beside_prompt.js';

/** A view with its buttons. */
function view() {
  const actions = node('div', {}, node('button', { text: 'Write' }));
  const element = node('section', { style: 'height: 20px' }, actions);
  document.body.append(element);
  return { element, actions };
}

test('the buttons of the view that is open stand beside the prompt', async () => {
  document.body.replaceChildren(node('div', { class: 'desk-slot' }));
  const [text, beams] = [view(), view()];
  beams.element.style.display = 'none';
  for (const { element, actions } of [text, beams]) standBeside(element, actions);
  const slot = document.querySelector('.desk-slot');
  ok(text.actions.parentElement === slot && beams.actions.parentElement === slot, 'they are not in the slot');
  equal([text.actions.hidden, beams.actions.hidden], [false, true]);
  text.element.style.display = 'none';
  beams.element.style.display = '';
  await until(() => text.actions.hidden && !beams.actions.hidden, 'the buttons of the other view are shown');
});

test('a slot that comes later is waited for, and without one the buttons stay where they are', async () => {
  document.body.replaceChildren();
  const { element, actions } = view();
  standBeside(element, actions, 600);
  ok(actions.parentElement === element, 'the buttons have moved');
  const slot = node('div', { class: 'desk-slot' });
  document.body.append(slot);
  await until(() => actions.parentElement === slot, 'the buttons have not moved');
});
