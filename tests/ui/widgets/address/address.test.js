import { equal, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { setParameter } from '/widgets/lib/place.js';

const DEFAULTS = labState();
const START = labState({ stages: [{ name: 'temperature', on: true, temperature: 2 }] });
const QUICK = [{ label: 'top-k 3', state: { stages: [{ name: 'top_k', on: true, k: 3 }] } }];

const mountAddress = (/** @type {{ seed?: number }} */ changes) =>
  mountWidget('address', { value: labState(changes), constants: { defaults: DEFAULTS, start: START, quick: QUICK } });
const shown = () => JSON.parse(new URL(location.href).searchParams.get('lab') ?? '{}');

test('the address follows the state', async () => {
  const { update } = await mountAddress({});
  update({ ...DEFAULTS, seed: 7 });
  await until(() => shown().seed === 7, location.href);
  update(DEFAULTS);
  await until(() => new URL(location.href).searchParams.get('lab') === '{}', location.href);
  update(START);
  await until(() => !location.search.includes('lab'), location.href);
});

test('a button sets one of the settings of the chapter and keeps the rest', async () => {
  const { element, events, props } = await mountAddress({ seed: 7 });
  equal(texts(element, '.quick button'), ['top-k 3']);
  parts(element, '.quick button')[0].click();
  equal(events.map(([name]) => name), ['input']);
  equal(JSON.parse(props.value ?? ''), { ...DEFAULTS, seed: 7, ...QUICK[0].state });
  await until(() => shown().stages?.[0].k === 3, location.href);
});

test('Reset restores the start and says so, until the next change', async () => {
  const { element, props, update } = await mountAddress({ seed: 7 });
  update({ ...DEFAULTS, seed: 8 }); // the first value after loading is no change by hand
  part(element, '.reset').click();
  equal([JSON.parse(props.value ?? ''), part(element, '.done').textContent], [START, 'As at the start.']);
  update({ ...DEFAULTS, seed: 9 });
  equal(part(element, '.done').textContent, '');
});

test('Copy takes the address of the state, or shows it where copying is not allowed', async () => {
  const { element } = await mountAddress({ seed: 7 });
  /** @type {string[]} */
  const copied = [];
  const clipboard = { writeText: async (/** @type {string} */ text) => { copied.push(text); } };
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  part(element, '.copy').click();
  await until(() => part(element, '.done').textContent === 'Copied.', 'not copied');
  equal(new URL(copied[0]).searchParams.get('lab'), '{"seed":7}');
  clipboard.writeText = async () => { throw new Error('not allowed'); };
  part(element, '.copy').click();
  await until(() => part(element, '.done').textContent?.startsWith('The browser does not let us copy'), 'nothing said');
  equal(shown(), { seed: 7 });
});

test('another state in the address is opened, the own one is not opened again', async () => {
  const { events, update } = await mountAddress({});
  update({ ...DEFAULTS, seed: 7 });
  await until(() => shown().seed === 7, location.href);
  equal(events, []);
  setParameter('lab', '{"seed":8}');
  equal(events, [['link', { lab: '{"seed":8}' }]]);
  setParameter('lab', '');
  equal(events[1], ['link', { lab: '' }]);
});

test('a state that came into the address before the laboratory was opened is opened', async () => {
  setParameter('lab', '{"seed":9}');
  const { events } = await mountAddress({});
  equal(events, [['link', { lab: '{"seed":9}' }]]);
  setParameter('lab', '');
});
