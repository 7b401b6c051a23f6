import { equal, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part } from '/widgets/lib/dom.js';

const SWEEP = {
  temperatures: [0.05, 0.5, 5],
  lines: [{ word: 'forward', p: [1, 0.8, 0.4] }, { word: '<b>x</b>', p: [0, 0.2, 0.6] }],
  entropy: [0, 0.7, 0.97],
  now: 1,
  here: [0.7, 0.3],
  entropy_here: 0.881,
};

test('the sweep of the state is asked for and drawn', async () => {
  const state = labState({ seed: 7 });
  const { element, questions, update } = await mountWidget('sweep', { value: state, server: { sweep: () => SWEEP } });
  await until(() => part(element, '.sweep').dataset.drawn, 'nothing drawn');
  equal(questions, [['sweep', state]]);
  equal(texts(element, '.name'), ['forward', '<b>x</b>']);
  equal([element.querySelectorAll('.line').length, element.querySelectorAll('circle').length], [3, 3]);
  const ticks = [...element.querySelectorAll('.tick')].map((tick) => tick.nextElementSibling?.textContent);
  equal(ticks, ['0.05', '0.1', '0.2', '0.5', '1', '2', '5']);
  equal(texts(element, '.here'), ['At T = 1: forward 70.00 %, 0.881 bits.']);
  const nodes = element.querySelectorAll('*').length;
  update(labState({ seed: 8 }));
  await until(() => JSON.parse(part(element, '.sweep').dataset.drawn ?? '{}').seed === 8, 'not drawn again');
  equal(element.querySelectorAll('*').length, nodes);
});

test('a refusal is shown and goes with the next answer', async () => {
  let answer = /** @type {object | undefined} */ ({ error: 'Choose a run.' });
  const { element, update } = await mountWidget('sweep', { value: labState(), server: { sweep: () => answer } });
  const problem = part(element, '.problem');
  await until(() => problem.textContent === 'Choose a run.', 'no sentence');
  answer = SWEEP;
  update(labState({ seed: 8 }));
  await until(() => problem.hidden, 'the sentence stays');
});
