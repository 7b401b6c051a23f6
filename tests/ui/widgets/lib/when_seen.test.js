import { equal, ok, test, until } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { whenSeen } from '/widgets/lib/when_seen.js';

test('of several calls only the last one is worked on, after a rest', async () => {
  const target = node('p', { text: 'a picture' });
  document.body.replaceChildren(target);
  /** @type {number[]} */
  const made = [];
  const ask = whenSeen(target, async (/** @type {number} */ input) => { made.push(input); }, 20);
  for (const input of [1, 2, 3]) ask(input);
  ok(target.classList.contains('stale'), 'not marked as stale');
  await until(() => !target.classList.contains('stale'), 'still stale');
  equal(made, [3]);
});

test('nothing is asked for a picture out of sight until it is scrolled into view', async () => {
  const target = node('p', { text: 'far below', style: 'margin-top: 5000px' });
  document.body.replaceChildren(target);
  let calls = 0;
  const ask = whenSeen(target, async () => { calls += 1; }, 10);
  ask(null);
  await new Promise((resolve) => setTimeout(resolve, 200));
  equal([calls, target.classList.contains('stale')], [0, true]);
  target.scrollIntoView();
  await until(() => calls === 1, 'never asked');
});

test('a call while the answer is on its way leaves the picture stale', async () => {
  const target = node('p', { text: 'a picture' });
  document.body.replaceChildren(target);
  /** @type {(() => void)[]} */
  const finish = [];
  const ask = whenSeen(target, () => new Promise((resolve) => { finish.push(resolve); }), 10);
  ask(1);
  await until(() => finish.length === 1, 'never asked');
  ask(2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  ok(target.classList.contains('stale'), 'shown as current before any answer');
  finish[0]();
  await until(() => finish.length === 2, 'not asked again');
  ok(target.classList.contains('stale'), 'shown as current while an older answer is drawn');
  finish[1]();
  await until(() => !target.classList.contains('stale'), 'still stale');
});
