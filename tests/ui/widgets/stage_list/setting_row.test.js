import { equal, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { CATALOGUE } from '/tests/stage_list/catalogue.js';
import { part } from '/widgets/lib/dom.js';
import { makeSettingRow } from '/widgets/stage_list/setting_row.js';

/** @param {import('/widgets/lib/lab_state.js').StageEntry} entry @param {(query: any) => object | undefined} [tokens] */
function makeRow(entry, tokens = () => ({ pairs: [] })) {
  let commits = 0;
  const panel = {
    catalogue: CATALOGUE,
    state: () => labState(),
    vocabSize: () => 9,
    commit: () => { commits += 1; },
    tokens: async (/** @type {object} */ query) => tokens(query),
  };
  const row = makeSettingRow(panel, entry, CATALOGUE.stages[entry.name].fields[0]);
  document.body.replaceChildren(row.item);
  row.show();
  const inputs = [...row.item.querySelectorAll('input')];
  return { ...row, inputs, commits: () => commits };
}

const enter = (/** @type {HTMLInputElement} */ box, /** @type {string} */ value, event = 'input') => {
  box.value = value;
  box.dispatchEvent(new Event(event));
};

test('slider and number show each other’s value', () => {
  const entry = { name: 'temperature', on: true, temperature: 1 };
  const { inputs: [range, box], commits } = makeRow(entry);
  equal([range.value, box.value, range.ariaLabel, box.ariaLabel], ['1', '1', 'Temperature T', 'Temperature T, as a number']);
  enter(range, '0.5');
  equal([entry.temperature, box.value, range.getAttribute('aria-valuetext')], [0.5, '0.5', '0.5']);
  enter(box, '7');
  equal([entry.temperature, range.value, commits()], [7, '5', 2]);
});

test('a number out of bounds is not taken, and is replaced when the box is left', () => {
  const entry = { name: 'temperature', on: true, temperature: 1 };
  const { inputs: [, box], commits } = makeRow(entry);
  enter(box, '101');
  enter(box, '');
  equal([entry.temperature, commits()], [1, 0]);
  box.dispatchEvent(new Event('blur'));
  equal(box.value, '1');
});

test('a logarithmic slider sets powers of ten', () => {
  const entry = { name: 'epsilon_cutoff', on: true, epsilon: 0.001 };
  const { inputs: [range, box] } = makeRow(entry);
  enter(range, range.min);
  equal([entry.epsilon, box.value], [1e-6, '0.000001']);
});

test('a number that can be left out is null when it is empty', () => {
  const entry = { name: 'dry', on: true, range: /** @type {number | null} */ (null) };
  const { inputs: [box], commits } = makeRow(entry);
  enter(box, '12');
  equal(entry.range, 12);
  enter(box, '');
  equal([entry.range, commits()], [null, 2]);
  enter(box, '1001');
  equal(commits(), 2);
});

test('typed tokens are sent with the state, and their ids are kept', async () => {
  const entry = { name: 'ban', on: true, ids: /** @type {number[]} */ ([]) };
  /** @type {object[]} */
  const asked = [];
  const { inputs: [box], commits } = makeRow(entry, (query) => {
    asked.push(query);
    return { pairs: [[6, 0], [8, 0]] };
  });
  enter(box, 'pizza, you', 'change');
  await until(() => commits() === 1, 'not taken');
  equal([entry.ids, asked], [[6, 8], [{ state: labState(), text: 'pizza, you' }]]);
});

test('typed tokens with numbers keep both', async () => {
  const entry = { name: 'logit_bias', on: true, biases: /** @type {[number, number][]} */ ([]) };
  const { inputs: [box], commits, show } = makeRow(entry, () => ({ pairs: [[6, 2.5]] }));
  enter(box, 'pizza +2.5', 'change');
  await until(() => commits() === 1, 'not taken');
  show();
  equal([entry.biases, box.value], [[[6, 2.5]], 'pizza +2.5']);
});

test('unknown tokens are refused with a sentence and change nothing', async () => {
  const entry = { name: 'ban', on: true, ids: [6] };
  const { item, inputs: [box], commits } = makeRow(entry, () => ({ error: 'No single token reads nonsense.' }));
  enter(box, 'nonsense', 'change');
  await until(() => part(item, '.wrong').textContent === 'No single token reads nonsense.', 'no sentence');
  equal([entry.ids, commits()], [[6], 0]);
});
