import { equal, test } from '/tests/check.js';
import { readInside, writeInside } from '/widgets/inside/inside_state.js';

const FIRST = { at: null, layer: null, head: null, off: '', text: '' };

test('what is shown is read back from the address', () => {
  const state = { at: 4, layer: 1, head: 0, off: 'head:1.0', text: 'The rain' };
  equal(readInside(writeInside(state)), state);
  equal([writeInside(FIRST), readInside(null)], ['', FIRST]);
});

test('damaged parameters, and values that cannot be, have their default', () => {
  for (const damaged of ['{', '[]', '{"at":0,"head":1,"off":"all","text":3}', '{"layer":-1}', '{"at":1.5}']) equal(readInside(damaged), FIRST);
});

test('a text that is too long for an address is left out', () => {
  equal(writeInside({ ...FIRST, at: 2, text: 'a'.repeat(5000) }), '{"at":2}');
});
