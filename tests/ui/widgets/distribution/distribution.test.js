import { equal, test, until } from '/tests/check.js';
import { picture } from '/tests/distribution/pictures.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part } from '/widgets/lib/dom.js';

const drawn = (/** @type {ParentNode} */ element) => part(element, '.distribution').dataset.drawn ?? '';

test('the state is sent as an object and its picture is drawn', async () => {
  const state = labState({ seed: 7 });
  const { element, questions } = await mountWidget('distribution', { value: state, server: { trace: () => picture() } });
  await until(() => drawn(element), 'nothing drawn');
  equal([questions, JSON.parse(drawn(element))], [[['trace', state]], state]);
  equal(texts(element, '.path span'), ['logits', 'Top-k 2', 'cut: −∞', 'softmax', 'draw']);
  equal(texts(element, '.bars .word').length, 4);
  equal(texts(element, '.falls .stage b'), ['Softmax', 'Top-k']);
  equal(texts(element, '.summary')[0]?.slice(0, 28), 'Entropy 1.371 → 0.811 bits: ');
});

test('a refusal is shown and the last picture stays until the next answer', async () => {
  let answer = /** @type {object | undefined} */ (picture());
  const { element, update } = await mountWidget('distribution', { value: labState(), server: { trace: () => answer } });
  await until(() => drawn(element), 'nothing drawn');
  const problem = part(element, '.problem');
  answer = { error: 'Choose a run.' };
  update(labState({ seed: 1 }));
  await until(() => !problem.hidden, 'no sentence');
  equal([problem.textContent, texts(element, '.bars .word').length], ['Choose a run.', 4]);
  answer = undefined;
  update(labState({ seed: 2 }));
  await until(() => problem.textContent !== 'Choose a run.', 'no second sentence');
  equal(problem.textContent, 'The server did not answer; move a control to ask again.');
  answer = picture({ notes: ['Banned tokens would have left nothing.'] });
  update(labState({ seed: 3 }));
  await until(() => problem.hidden, 'the sentence stays');
  equal([part(element, '.notes').hidden, part(element, '.notes').textContent], [false, 'Banned tokens would have left nothing.']);
});

test('while another source is asked the bars of the one before are faint', async () => {
  /** @type {() => void} */
  let answer = () => {};
  const trace = (/** @type {import('/widgets/lib/lab_state.js').LabState} */ state) =>
    state.source === 'toy' ? picture() : new Promise((resolve) => { answer = () => resolve(picture()); });
  const { element, update } = await mountWidget('distribution', { value: labState(), server: { trace } });
  await until(() => drawn(element), 'nothing drawn');
  const isStale = () => part(element, '.distribution').classList.contains('stale');
  update(labState({ seed: 9 }));
  await until(() => JSON.parse(drawn(element)).seed === 9, 'the second state is not drawn');
  equal(isStale(), false);
  update(labState({ source: 'model', run: 'river' }));
  equal(isStale(), true);
  await Promise.resolve();
  answer();
  await until(() => !isStale(), 'the answer is faint');
});

test('the log scale is drawn at once and written into the state', async () => {
  const { element, events, props } = await mountWidget('distribution', { value: labState(), server: { trace: () => picture() } });
  await until(() => drawn(element), 'nothing drawn');
  const log = part(element, '.log input', HTMLInputElement);
  log.click();
  equal([events.map(([name]) => name), JSON.parse(props.value ?? '')], [['input'], labState({ log: true })]);
  equal(texts(element, '.axis span'), ['0.0001 %', '0.01 %', '1 %', '100 %']);
});

test('the table is filled when it is opened, and follows the picture', async () => {
  let answer = picture();
  const { element, update } = await mountWidget('distribution', { value: labState(), server: { trace: () => answer } });
  await until(() => drawn(element), 'nothing drawn');
  equal(element.querySelectorAll('td').length, 0);
  part(element, '.table', HTMLDetailsElement).open = true;
  await until(() => element.querySelectorAll('tbody tr').length === 4, 'no table');
  answer = picture({ rows: picture().rows.slice(1) });
  update(labState({ seed: 1 }));
  await until(() => element.querySelectorAll('tbody tr').length === 3, 'the table did not follow');
});

test('of states that come quickly only the last is asked for, and drawn last', async () => {
  /** @type {number[]} */
  const seeds = [];
  const trace = (/** @type {{ seed: number }} */ state) => {
    seeds.push(state.seed);
    return picture();
  };
  const { element, update } = await mountWidget('distribution', { value: labState({ seed: 0 }), server: { trace } });
  for (let seed = 1; seed <= 50; seed++) update(labState({ seed }));
  await until(() => drawn(element) && JSON.parse(drawn(element)).seed === 50, 'the last state is not drawn');
  equal(seeds, [0, 50]);
});

const slider = (/** @type {ParentNode} */ element) => part(element, '.temperature input', HTMLInputElement);
const slide = (/** @type {ParentNode} */ element, /** @type {string} */ value) => {
  slider(element).value = value;
  slider(element).dispatchEvent(new Event('input'));
};

test('the slider at the bars changes the temperature of the stages in the same call', async () => {
  const { element, events, props, questions } = await mountWidget('distribution', { value: labState(), server: { trace: () => picture() } });
  await until(() => drawn(element), 'nothing drawn');
  slide(element, '0.5');
  const [top_k] = labState().stages;
  const state = labState({ stages: [top_k, { name: 'temperature', on: true, temperature: 0.5 }] });
  equal([events.map(([name]) => name), JSON.parse(props.value ?? '')], [['input'], state]);
  equal([part(element, '.temperature output').textContent, slider(element).getAttribute('aria-valuetext')], ['0.5', '0.5']);
  await until(() => questions.length === 2, 'not asked');
  equal(questions[1], ['trace', state]);
});

test('the slider shows the temperature of a state from elsewhere, 1 where there is none', async () => {
  const { element, update } = await mountWidget('distribution', { value: labState(), server: { trace: () => picture() } });
  update(labState({ stages: [{ name: 'temperature', on: true, temperature: 0.25 }] }));
  equal([slider(element).value, part(element, '.temperature output').textContent], ['0.25', '0.25']);
  update(labState({ stages: [] }));
  equal(slider(element).value, '1');
});
