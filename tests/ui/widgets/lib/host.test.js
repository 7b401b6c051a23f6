import { equal, test } from '/tests/check.js';
import { NO_ANSWER, ask, newest, parse } from '/widgets/lib/host.js';

test('an answer is passed on, a silent or failing server becomes a sentence', async () => {
  equal(await ask(async () => ({ at: 1 })), { at: 1 });
  equal(await ask(async () => undefined), { error: NO_ANSWER });
  equal(await ask(async () => { throw new Error('gone'); }, {}, 'Gone.'), { error: 'Gone.' });
});

test('damaged and empty JSON is null', () => {
  equal([parse('{"a":1}'), parse('{'), parse(''), parse(null), parse({ a: 2 })], [{ a: 1 }, null, null, null, { a: 2 }]);
});

test('of calls that come while one runs, only the last is made', async () => {
  /** @type {number[]} */
  const made = [];
  /** @type {() => void} */
  let finish = () => {};
  const run = newest(async (/** @type {number} */ input) => {
    made.push(input);
    await new Promise((resolve) => (finish = () => resolve(undefined)));
  });
  const first = run(1);
  run(2);
  run(3);
  finish();
  await first;
  finish();
  equal(made, [1, 3]);
});
