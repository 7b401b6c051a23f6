import { equal, ok, test } from '/tests/check.js';
import { firstState, readState, writeState } from '/widgets/lib/lab_state.js';

test('a state is read from the value, a damaged value is none', () => {
  equal([readState({ value: '{"seed":7}' }), readState({ value: '{' }), readState({ value: null })], [{ seed: 7 }, null, null]);
});

test('a widget has a state from the start', () => {
  equal(firstState({ value: '{"seed":7}' }).seed, 7);
  let message = '';
  try {
    firstState({ value: null });
  } catch (error) {
    message = String(error);
  }
  ok(message.includes('without a state'), message);
});

test('a written state is the value before the event is raised', () => {
  const props = { value: /** @type {string | null} */ (null) };
  /** @type {unknown[]} */
  const seen = [];
  const state = /** @type {import('/widgets/lib/lab_state.js').LabState} */ ({ seed: 7 });
  writeState({ props, trigger: (event) => seen.push([event, props.value]) }, state);
  equal(seen, [['input', '{"seed":7}']]);
});
