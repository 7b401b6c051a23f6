import { equal, ok, test } from '/tests/check.js';
import { blindGuessing } from '/widgets/live/blind.js';

test('blind guessing costs the logarithm of the vocabulary, named with its sum', () => {
  const blind = blindGuessing(1690);
  equal([blind?.y.toFixed(4), blind?.text], ['7.4325', 'blind guessing: ln 1,690 = 7.43']);
  ok(blind?.why.includes('1/1,690'), blind?.why ?? '');
});

test('there is no line while the vocabulary is unknown', () => {
  equal([null, undefined, 0, 1].map(blindGuessing), [null, null, null, null]);
});
