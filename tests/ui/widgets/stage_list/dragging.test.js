import { equal, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { node, part } from '/widgets/lib/dom.js';
import { letDrag } from '/widgets/stage_list/dragging.js';

function makeList() {
  const items = ['a', 'b', 'c'].map((name) =>
    node('li', { style: 'height: 40px; list-style: none' }, node('button', { class: 'grip', text: name }), node('input')));
  const list = node('ol', { style: 'margin: 0; padding: 0' }, ...items);
  document.body.style.margin = '0';
  document.body.replaceChildren(list);
  list.setPointerCapture = () => {}; // there is no real pointer
  /** @type {[string | null, number][]} */
  const drops = [];
  letDrag(list, (item, to) => drops.push([item.textContent, to]));
  const send = (/** @type {string} */ type, /** @type {Element} */ target, /** @type {number} */ clientY) =>
    target.dispatchEvent(new PointerEvent(type, { bubbles: true, clientY, pointerId: 1 }));
  return { list, drops, send, order: () => texts(list, '.grip') };
}

test('an item follows the pointer and is dropped at its new place', () => {
  const { list, drops, send, order } = makeList();
  send('pointerdown', part(list, '.grip'), 10);
  equal(part(list, 'li').className, 'dragged');
  send('pointermove', list, 75); // the lower half of b
  equal(order(), ['b', 'a', 'c']);
  send('pointermove', list, 110);
  send('pointerup', list, 110);
  equal([order(), drops, list.querySelectorAll('.dragged').length], [['b', 'c', 'a'], [['a', 2]], 0]);
});

test('a pointer elsewhere than on a grip moves nothing', () => {
  const { list, drops, send, order } = makeList();
  send('pointerdown', part(list, 'input'), 10);
  send('pointermove', list, 110);
  send('pointerup', list, 110);
  equal([order(), drops], [['a', 'b', 'c'], []]);
});

test('a movement without a button moves nothing after the drop', () => {
  const { list, send, order } = makeList();
  send('pointerdown', part(list, '.grip'), 10);
  send('pointercancel', list, 10);
  send('pointermove', list, 110);
  equal(order(), ['a', 'b', 'c']);
});
