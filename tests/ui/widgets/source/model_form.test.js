import { equal, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { texts } from '/tests/mounting.js';
import { node, part } from '/widgets/lib/dom.js';
import { makeModelForm } from '/widgets/source/model_form.js';

/** @typedef {import('/widgets/lib/lab_state.js').LabState} LabState */

/** @param {Partial<LabState>} changes @param {object | undefined} answer */
function makeForm(changes, answer) {
  const root = node('section', {}, node('input', { class: 'run' }), node('select', { class: 'step' }),
    node('select', { class: 'top' }), node('input', { class: 'find' }), node('p', { class: 'none', hidden: true }));
  document.body.replaceChildren(root);
  let state = labState({ source: 'model', ...changes });
  const lab = { state: () => state, change: (/** @type {Partial<LabState>} */ some) => { state = { ...state, ...some }; } };
  const form = makeModelForm(root, lab, { runs: async () => answer, tops: [10, 20], listId: 'list-of-runs' });
  form.show();
  return { root, form, state: () => state };
}

const RUNS = { runs: [{ name: 'clock', steps: [0, 4] }, { name: 'older', steps: [9] }] };

test('the newest run is chosen where none is', async () => {
  const { root, form, state } = makeForm({}, RUNS);
  await form.askRuns();
  equal([state().run, state().step, part(root, '.run', HTMLInputElement).value], ['clock', 'last', 'clock']);
  equal(texts(root, '.step option'), ['the last', 'the best', 'step 4', 'step 0, untrained']);
  equal([part(root, 'datalist').id, texts(root, '.top option')], ['list-of-runs', ['top 10', 'top 20']]);
});

test('a chosen run stays, with its own steps', async () => {
  const { root, form, state } = makeForm({ run: 'older', step: 9 }, RUNS);
  await form.askRuns();
  equal([state().run, state().step], ['older', 9]);
  equal([part(root, '.step', HTMLSelectElement).value, part(root, '.none').hidden], ['9', true]);
});

test('without runs, or without an answer, the page says how to make one', async () => {
  for (const answer of [{ runs: [] }, undefined, { error: 'Busy.' }]) {
    const { root, form, state } = makeForm({}, answer);
    await form.askRuns();
    equal([part(root, '.none').hidden, state().run], [false, '']);
  }
});

test('fields change the state, a search only once typing has rested', async () => {
  const { root, state } = makeForm({ run: 'clock' }, RUNS);
  const set = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ event) => {
    const field = /** @type {HTMLInputElement} */ (part(root, name));
    field.value = value;
    field.dispatchEvent(new Event(event));
  };
  set('.top', '10', 'change');
  set('.step', 'best', 'change');
  equal([state().top, state().step], [10, 'best']);
  set('.run', ' older ', 'change');
  equal([state().run, state().step], ['older', 'last']);
  set('.find', ' to', 'input');
  set('.find', ' tower', 'input');
  equal(state().find, '');
  await until(() => state().find === ' tower', 'never searched');
});
