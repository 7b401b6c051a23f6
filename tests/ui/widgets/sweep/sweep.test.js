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

/** A pointer at a share of the plot's width. */
const press = (/** @type {Element} */ plot, /** @type {string} */ kind, /** @type {number} */ at, pointerType = 'mouse') => {
  const { left, top, width } = plot.getBoundingClientRect();
  plot.dispatchEvent(new PointerEvent(kind, { clientX: left + at * width, clientY: top + 20, pointerType, bubbles: true }));
};
const temperatureIn = (/** @type {{ value: string | null }} */ props) => JSON.parse(props.value ?? '').stages[1].temperature;

test('a press and a drag set the temperature at once, keys too', async () => {
  const { element, events, props } = await mountWidget('sweep', { value: labState(), server: { sweep: () => SWEEP } });
  await until(() => part(element, '.sweep').dataset.drawn, 'nothing drawn');
  const plot = part(element, '.plot', SVGSVGElement);
  plot.setPointerCapture = () => {}; // there is no such pointer
  press(plot, 'pointerdown', 0.5);
  const first = temperatureIn(props);
  press(plot, 'pointermove', 0.99);
  press(plot, 'pointerup', 0.99);
  equal([first > 0.05 && first < 5, temperatureIn(props)], [true, 5]);
  await until(() => plot.getAttribute('aria-valuenow') === '5', 'not marked');
  press(plot, 'pointermove', 0.2);
  equal([temperatureIn(props), new Set(events.map(([name]) => name))], [5, new Set(['input'])]);
  plot.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home' }));
  equal(temperatureIn(props), 0.05);
});

test('a finger sets by a tap or a drag, not by what scrolls the page', async () => {
  const { element, events, props } = await mountWidget('sweep', { value: labState(), server: { sweep: () => SWEEP } });
  await until(() => part(element, '.sweep').dataset.drawn, 'nothing drawn');
  const plot = part(element, '.plot', SVGSVGElement);
  press(plot, 'pointerdown', 0.99, 'touch');
  press(plot, 'pointercancel', 0.99, 'touch');
  equal(events, []);
  press(plot, 'pointerdown', 0.99, 'touch');
  press(plot, 'pointerup', 0.99, 'touch');
  equal(temperatureIn(props), 5);
});

test('a pointer that hovers shows the values there, and the current ones come back', async () => {
  const { element, events } = await mountWidget('sweep', { value: labState(), server: { sweep: () => SWEEP } });
  await until(() => part(element, '.sweep').dataset.drawn, 'nothing drawn');
  const plot = part(element, '.plot');
  press(plot, 'pointermove', 0.02);
  equal([texts(element, '.here'), texts(element, '.pointed .name')], [['At T = 0.05: forward 100.00 %, 0.000 bits.'], ['forward']]);
  press(plot, 'pointerleave', 0.02);
  equal([texts(element, '.here'), events], [['At T = 1: forward 70.00 %, 0.881 bits.'], []]);
});

test('a temperature from elsewhere is marked before the server has answered', async () => {
  const { element, questions, update } = await mountWidget('sweep', { value: labState(), server: { sweep: () => SWEEP } });
  await until(() => part(element, '.sweep').dataset.drawn, 'nothing drawn');
  update(labState({ stages: [{ name: 'temperature', on: true, temperature: 0.5 }] }));
  await until(() => part(element, '.plot').getAttribute('aria-valuenow') === '0.5', 'not marked');
  equal(questions.length, 1);
  equal(texts(element, '.here'), ['At T = 0.5: forward 80.00 %, 0.700 bits.']);
});
