import { equal, ok, test, until } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { poll } from '/widgets/lib/poll.js';

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

function shownElement() {
  const element = node('div', { text: 'shown' });
  document.body.replaceChildren(element);
  return element;
}

test('work is repeated after the pause that it answers with', async () => {
  let calls = 0;
  poll(shownElement(), async () => (++calls < 3 ? 1 : 1e6), 1e6)();
  await until(() => calls === 3, 'three calls');
  await pause(30);
  equal(calls, 3);
});

test('a call on request comes at once, and after the one that runs', async () => {
  let running = 0;
  let most = 0;
  let calls = 0;
  const now = poll(shownElement(), async () => {
    calls++;
    most = Math.max(most, ++running);
    await pause(20);
    running--;
    return 1e6;
  }, 1e6);
  now();
  now();
  now();
  await until(() => calls === 2 && !running, 'two calls');
  await pause(40);
  equal([calls, most], [2, 1]);
});

test('a hidden element is not asked for, until it is visible', async () => {
  const element = shownElement();
  element.style.display = 'none';
  let calls = 0;
  poll(element, async () => { calls++; return 1e6; }, 5)();
  await pause(40);
  equal(calls, 0);
  element.style.display = '';
  await until(() => calls === 1, 'a call after the element was shown');
});

test('it ends when the element is removed', async () => {
  const element = shownElement();
  let calls = 0;
  const now = poll(element, async () => { calls++; return 1; }, 1);
  now();
  await until(() => calls > 2, 'calls');
  element.remove();
  await pause(20);
  const before = calls;
  document.dispatchEvent(new Event('visibilitychange'));
  now();
  await pause(30);
  ok(calls <= before, `${calls - before} calls after the end`);
});
