import { equal, ok, test, until } from '/tests/check.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { node, part } from '/widgets/lib/dom.js';
import { goTo, readPlace } from '/widgets/lib/place.js';

/** @param {{ run: string }} query */
function runs({ run }) {
  const current = run || 'tale';
  const missing = current === 'gone' ? 'There is no run “gone” here.' : null;
  const steps = missing ? [] : [['last', 'Last'], ['120', 'Step 120']];
  return { runs: ['tale', 'older'], current, steps, prompt: missing ? '' : `Prompt of ${current}`, missing };
}

async function mountHeader(search = '') {
  history.replaceState(null, '', location.pathname + search);
  localStorage.clear();
  const widget = await mountWidget('header', { constants: { tabs: ['train', 'runs'] }, server: { runs } });
  const { element, props } = widget;
  return {
    ...widget,
    run: part(element, '.hd-run', HTMLSelectElement),
    step: part(element, '.hd-step', HTMLSelectElement),
    place: () => JSON.parse(props.value ?? '{}'),
  };
}

test('without a run in the address the one that the server names becomes the current one', async () => {
  const { place, run, events } = await mountHeader();
  await until(() => place().run === 'tale', 'no run');
  await until(() => place().prompt === 'Prompt of tale', 'no prompt');
  equal([readPlace().run, run.value, texts(run, 'option')], ['tale', 'tale', ['tale', 'older']]);
  ok(events.every(([name]) => name === 'place'), 'other events');
});

test('a run and a step that are chosen go into the address and to Python', async () => {
  const { place, run, step } = await mountHeader('?run=tale');
  await until(() => step.options.length === 2, 'no steps');
  step.value = '120';
  step.dispatchEvent(new Event('change'));
  equal(place(), { run: 'tale', step: '120', prompt: 'Prompt of tale' });
  run.value = 'older';
  run.dispatchEvent(new Event('change'));
  equal([readPlace().run, readPlace().step, place().step], ['older', 'last', 'last']);
  await until(() => place().prompt === 'Prompt of older', 'the prompt of the run before');
  history.back();
  await until(() => run.value === 'tale' && step.value === '120', 'Back did not return to the run before');
});

test('a place that Python sets is gone to', async () => {
  const { run, step, update } = await mountHeader('?run=tale');
  await until(() => step.options.length === 2, 'no steps');
  update({ run: 'older', step: '120', prompt: 'Once' });
  equal(readPlace(), { tab: 'train', run: 'older', step: '120', prompt: 'Once' });
  await until(() => run.value === 'older' && step.value === '120', 'not shown');
});

test('an address that names a run that is not there says so and keeps it', async () => {
  const { element, run } = await mountHeader('?run=gone');
  const message = part(element, '.hd-message');
  await until(() => !message.hidden, 'no message');
  equal([message.textContent, run.value, readPlace().run], ['There is no run “gone” here.', 'gone', 'gone']);
  run.value = 'tale';
  run.dispatchEvent(new Event('change'));
  await until(() => message.hidden, 'the message stays');
});

test('the open tab and the address stay the same', async () => {
  const tab = (/** @type {string} */ id) => node('button', { 'data-tab-id': id, text: id });
  const tabs = node('div', { id: 'pg-tabs' }, tab('train'), tab('runs'), tab('inner'));
  await mountHeader('?run=tale');
  document.body.append(tabs);
  part(tabs, '[data-tab-id=runs]').click();
  part(tabs, '[data-tab-id=inner]').click();
  equal(readPlace().tab, 'runs');
  let opened = '';
  tabs.addEventListener('click', ({ target }) => { opened = /** @type {HTMLElement} */ (target).dataset.tabId ?? ''; });
  goTo({ tab: 'train' });
  equal(opened, 'train');
});

test('Present is kept in the address', async () => {
  const { element } = await mountHeader('?run=tale');
  const button = part(element, '.hd-present');
  button.click();
  equal([document.documentElement.classList.contains('pg-present'), location.search], [true, '?run=tale&present=1']);
  button.click();
  equal([document.documentElement.classList.contains('pg-present'), location.search], [false, '?run=tale']);
});
