import { equal, test, until } from '/tests/check.js';
import { hundredDraws } from '/tests/draws/answers.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';

const CONSTANTS = { max_draws: 1e6, max_seed: 2 ** 53 - 1 };
/** @param {(state: object) => object | undefined} [draws] */
const mountDraws = (draws = () => hundredDraws()) =>
  mountWidget('draws', { value: labState({ n: 100, lessons: ['draws'] }), constants: CONSTANTS, server: { draws } });
const drawn = (/** @type {ParentNode} */ element) => JSON.parse(part(element, '.draws').dataset.drawn ?? '{}');
const input = (/** @type {HTMLInputElement} */ box, /** @type {string} */ value) => {
  box.value = value;
  box.dispatchEvent(new Event('input', { bubbles: true }));
};

test('the draws of the state are asked for and shown', async () => {
  const { element, questions } = await mountDraws();
  await until(() => drawn(element).n, 'nothing drawn');
  equal(questions, [['draws', labState({ n: 100, lessons: ['draws'] })]]);
  equal(texts(element, '.counts .word'), ['heads', 'on·edge', 'never']);
  equal([texts(element, 'option'), part(element, 'select', HTMLSelectElement).value], [['heads', 'on·edge', 'never'], 'on edge']);
  equal([part(element, '.tell').textContent, part(element, '.problem').hidden], [hundredDraws().follow.text, true]);
});

test('the limits of the controls come from the server', async () => {
  const { element } = await mountDraws();
  equal([...parts(element, 'input', HTMLInputElement)].map(({ min, max, value }) => [min, max, value]),
    [['0', '6', '2'], ['1', '1000000', '100'], ['0', '9007199254740991', '123']]);
});

test('slider, numbers and word change the state and ask again', async () => {
  const { element, events, props, questions } = await mountDraws();
  const state = () => JSON.parse(props.value ?? '');
  await until(() => drawn(element).n, 'nothing drawn');
  const range = part(element, 'input[type=range]', HTMLInputElement);
  input(range, '3.7');
  equal([state().n, part(element, '.n', HTMLInputElement).value, range.getAttribute('aria-valuetext')], [5000, '5000', '5000 draws']);
  input(part(element, '.n', HTMLInputElement), '20');
  equal([state().n, range.value], [20, '1.3']);
  input(part(element, '.seed', HTMLInputElement), '7');
  const follow = part(element, 'select', HTMLSelectElement);
  follow.value = 'heads';
  follow.dispatchEvent(new Event('change'));
  equal([state(), events.length], [labState({ n: 20, seed: 7, follow: 'heads', lessons: ['draws'] }), 4]);
  await until(() => questions.length === 2, 'not asked again');
  equal(questions[1], ['draws', state()]);
});

test('numbers outside of the limits change nothing', async () => {
  const { element, events } = await mountDraws();
  for (const value of ['0', '1000001', '', '1.5']) input(part(element, '.n', HTMLInputElement), value);
  for (const value of ['-1', '', '9007199254740993']) input(part(element, '.seed', HTMLInputElement), value);
  equal(events, []);
});

test('a box is not overwritten while it is typed into', async () => {
  const { element, update } = await mountDraws();
  const box = part(element, '.n', HTMLInputElement);
  box.focus();
  box.value = '12';
  update(labState({ n: 5, seed: 6 }));
  equal([box.value, part(element, '.seed', HTMLInputElement).value], ['12', '6']);
});

test('a refusal is shown', async () => {
  const { element } = await mountDraws(() => ({ error: 'Choose a run.' }));
  await until(() => part(element, '.problem').textContent === 'Choose a run.', 'no sentence');
  equal([part(element, '.problem').hidden, texts(element, '.counts .word')], [false, []]);
});

test('nothing is drawn until the lesson is opened', async () => {
  const { element, events, props, questions } = await mountWidget('draws', {
    value: labState(), constants: CONSTANTS, server: { draws: () => hundredDraws() },
  });
  await new Promise((resolve) => setTimeout(resolve, 400));
  equal(questions, []);
  part(element, 'summary').click();
  await until(() => drawn(element).n, 'nothing drawn');
  equal([events.map(([name]) => name), JSON.parse(props.value ?? '').lessons], [['input'], ['draws']]);
});
