import { equal, ok, test } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { firstState, readState, temperatureOf, withLesson, withTemperature, writeState } from '/widgets/lib/lab_state.js';

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

const heat = (/** @type {number} */ temperature, on = true) => ({ name: 'temperature', on, temperature });
const CUT = { name: 'top_k', on: true, k: 3 };

test('the temperature is that of the first one that is on, 1 without one', () => {
  const stages = [[CUT], [heat(2, false)], [heat(2, false), heat(3), heat(4)]];
  equal(stages.map((some) => temperatureOf(labState({ stages: some }))), [1, 1, 3]);
});

test('a temperature replaces the one that is on, switches on one that is off, or is added at the end', () => {
  const changed = (/** @type {any[]} */ ...stages) => withTemperature(labState({ stages }), 0.5).stages;
  equal(changed(heat(2, false), heat(3), CUT), [heat(2, false), heat(0.5), CUT]);
  equal(changed(heat(2, false), CUT), [heat(0.5), CUT]);
  equal(changed(CUT), [CUT, heat(0.5)]);
});

test('the lesson that was opened last is last, a closed one is gone', () => {
  equal([withLesson(['draws', 'figure'], 'draws', true), withLesson(['draws', 'figure'], 'draws', false)], [['figure', 'draws'], ['figure']]);
});
