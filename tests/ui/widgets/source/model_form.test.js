import { equal, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { texts } from '/tests/mounting.js';
import { node, part } from '/widgets/lib/dom.js';
import { makeModelForm } from '/widgets/source/model_form.js';

/** @typedef {import('/widgets/lib/lab_state.js').LabState} LabState */

/** @param {Partial<LabState>} changes */
function makeForm(changes) {
  const root = node('section', {}, node('select', { class: 'top' }), node('input', { class: 'find' }));
  document.body.replaceChildren(root);
  let state = labState({ source: 'model', ...changes });
  const lab = { state: () => state, change: (/** @type {Partial<LabState>} */ some) => { state = { ...state, ...some }; } };
  makeModelForm(root, lab, { tops: [10, 20] }).show();
  return { root, state: () => state };
}

test('fields change the state, a search only once typing has rested', async () => {
  const { root, state } = makeForm({ run: 'clock' });
  const set = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ event) => {
    const field = /** @type {HTMLInputElement} */ (part(root, name));
    field.value = value;
    field.dispatchEvent(new Event(event));
  };
  set('.top', '10', 'change');
  equal([state().top, texts(root, '.top option')], [10, ['top 10', 'top 20']]);
  set('.find', ' to', 'input');
  set('.find', ' tower', 'input');
  equal(state().find, '');
  await until(() => state().find === ' tower', 'never searched');
});
