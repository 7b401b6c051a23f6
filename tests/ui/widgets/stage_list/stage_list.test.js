import { equal, ok, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { CATALOGUE } from '/tests/stage_list/catalogue.js';
import { part, parts } from '/widgets/lib/dom.js';

const SERVER = {
  order: () => ({ text: 'Here the order of the stages makes no difference.', size: 9, stages: null }),
  tokens: () => ({ pairs: [[6, 0]] }),
};
/** @param {object} [settings] */
const mountStages = (settings = {}) =>
  mountWidget('stage_list', { value: labState(), constants: { catalogue: CATALOGUE }, server: SERVER, ...settings });
const names = (/** @type {ParentNode} */ element) => texts(element, '.stage .name');
const stagesOf = (/** @type {{ value: string | null }} */ props) => JSON.parse(props.value ?? '').stages;
const choose = (/** @type {ParentNode} */ element, /** @type {string} */ selector, /** @type {string} */ value) => {
  const select = part(element, selector, HTMLSelectElement);
  select.value = value;
  select.dispatchEvent(new Event('change'));
};

test('the stages of the state are listed, and all others offered', async () => {
  const { element, questions } = await mountStages();
  equal([names(element), texts(element, '.orders option')], [['Top-k', 'Temperature'], ['Presets …', 'the chapter', 'other']]);
  equal(texts(element, '.add option').slice(1), ['Top-k', 'Temperature', 'Epsilon cutoff', 'DRY', 'Logit bias', 'Banned tokens']);
  await until(() => part(element, '.order').textContent, 'no line on the order');
  equal(questions, [['order', labState()]]);
});

test('a moved stage keeps the focus, and the change is announced and raised', async () => {
  const { element, events, props } = await mountStages();
  const grip = part(element, '.grip');
  grip.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', cancelable: true }));
  equal([names(element), stagesOf(props).map((/** @type {any} */ stage) => stage.name)], [['Temperature', 'Top-k'], ['temperature', 'top_k']]);
  ok(document.activeElement === parts(element, '.grip')[1], 'the grip lost the focus');
  equal([texts(element, '[aria-live]'), events.map(([name]) => name)], [['Top-k is now stage 2 of 2.'], ['input']]);
  part(element, '.stage:last-child .up').click();
  ok(document.activeElement === part(element, '.grip'), 'a disabled button has the focus');
});

test('stages are added with their first values, and removed', async () => {
  const { element, props } = await mountStages();
  choose(element, '.add', 'dry');
  equal([names(element), stagesOf(props)[2]], [['Top-k', 'Temperature', 'DRY'], { name: 'dry', on: true, range: null }]);
  equal(texts(element, '[aria-live]'), ['DRY added as stage 3.']);
  part(element, '.stage:last-child .mini:last-child').click();
  equal([names(element), stagesOf(props), texts(element, '[aria-live]')], [['Top-k', 'Temperature'], labState().stages, ['DRY taken out.']]);
  for (const _ of [1, 2]) part(element, '.stage .mini:last-child').click();
  ok(document.activeElement === part(element, '.add'), 'nothing has the focus');
});

test('known orders and the lesson replace the stages, and the catalogue stays as it is', async () => {
  const { element, props } = await mountStages();
  choose(element, '.orders', 'other');
  equal(names(element), ['Temperature', 'Top-k', 'Banned tokens']);
  const range = part(element, 'input[type=range]', HTMLInputElement);
  range.value = '3';
  range.dispatchEvent(new Event('input'));
  equal([stagesOf(props)[0].temperature, CATALOGUE.orders.other[0].temperature], [3, 0.8]);
  part(element, '.lesson').click();
  equal([names(element), JSON.parse(props.value ?? '').words], [['Temperature'], CATALOGUE.lesson.words]);
});

test('a slider writes the state in the same call', async () => {
  const { element, events, props } = await mountStages();
  const range = parts(element, 'input[type=range]', HTMLInputElement)[1];
  range.value = '0.5';
  range.dispatchEvent(new Event('input'));
  equal([stagesOf(props)[1], events.length], [{ name: 'temperature', on: true, temperature: 0.5 }, 1]);
});

test('new values from elsewhere keep the controls, another order rebuilds them', async () => {
  const { element, update } = await mountStages();
  const first = part(element, '.stage');
  update(labState({ stages: [{ name: 'top_k', on: false, k: 3 }, { name: 'temperature', on: true, temperature: 2 }] }));
  ok(part(element, '.stage') === first, 'the controls were replaced');
  equal([first.className, parts(element, 'input[type=number]', HTMLInputElement).map((box) => box.value)], ['stage off', ['3', '2']]);
  update(labState({ stages: [{ name: 'temperature', on: true, temperature: 2 }] }));
  equal(names(element), ['Temperature']);
});

test('the size of the vocabulary bounds the slider of k', async () => {
  const server = { ...SERVER, order: () => ({ text: '', size: 150, stages: null }) };
  const { element } = await mountStages({ server });
  const range = part(element, 'input[type=range]', HTMLInputElement);
  equal(range.max, '9');
  await until(() => range.max === '150', `still ${range.max}`);
});

test('the other order is taken with one click', async () => {
  const other = [...labState().stages].reverse();
  const server = { ...SERVER, order: () => ({ text: 'Order matters here.', size: 9, stages: other }) };
  const { element, props } = await mountStages({ server });
  await until(() => element.querySelector('.order .link'), 'no button');
  part(element, '.order .link').click();
  equal([names(element), stagesOf(props)], [['Temperature', 'Top-k'], other]);
});

test('typed tokens reach the stage that was moved meanwhile', async () => {
  /** @type {(answer: object) => void} */
  let finish = () => {};
  const tokens = () => new Promise((resolve) => { finish = resolve; });
  const stages = [{ name: 'ban', on: true, ids: [] }, { name: 'top_k', on: true, k: 9 }];
  const { element, props, questions } = await mountStages({ value: labState({ stages }), server: { ...SERVER, tokens } });
  const box = part(element, 'input[type=text]', HTMLInputElement);
  box.value = 'pizza';
  box.dispatchEvent(new Event('change'));
  await until(() => questions.some(([name]) => name === 'tokens'), 'not asked');
  part(element, '.down').click();
  finish({ pairs: [[6, 0]] });
  await until(() => stagesOf(props)[1].ids.length, 'the tokens are lost');
  equal(stagesOf(props), [{ name: 'top_k', on: true, k: 9 }, { name: 'ban', on: true, ids: [6] }]);
});

test('two lists on one page do not disturb each other', async () => {
  const one = await mountStages();
  const other = await mountStages({ beside: true, value: labState({ stages: [{ name: 'dry', on: true, range: 5 }] }) });
  choose(one.element, '.add', 'ban');
  part(other.element, '.stage .mini:last-child').click();
  choose(other.element, '.add', 'epsilon_cutoff');
  equal([names(one.element), names(other.element)], [['Top-k', 'Temperature', 'Banned tokens'], ['Epsilon cutoff']]);
  equal([one.events.length, other.events.length], [1, 2]);
  equal([stagesOf(one.props).length, stagesOf(other.props)], [3, [{ name: 'epsilon_cutoff', on: true, epsilon: 3e-4 }]]);
  one.update(labState({ stages: [] }));
  equal([names(one.element), names(other.element)], [[], ['Epsilon cutoff']]);
});
