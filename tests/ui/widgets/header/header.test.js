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
  const tabs = node('div', { id: 'pg-tabs' }, node('div', { class: 'tab-wrapper' }, tab('train'), tab('runs'), tab('inner')));
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

test('a tab that a narrow screen keeps in a menu is opened by its address, and writes it', async () => {
  const measured = node('div', { 'aria-hidden': 'true' }, node('button', { text: 'Train' }), node('button', { text: 'Runs' }));
  const inMenu = node('button', { text: 'Runs' });
  const menu = node('span', { class: 'overflow-menu' }, node('div', { class: 'overflow-dropdown' }, inMenu));
  const shown = node('div', {}, node('button', { 'data-tab-id': 'train', text: 'Train' }));
  await mountHeader('?run=tale');
  document.body.append(node('div', { id: 'pg-tabs' }, node('div', { class: 'tab-wrapper' }, measured, shown, menu)));
  let clicks = 0;
  inMenu.addEventListener('click', () => { clicks += 1; });
  goTo({ tab: 'runs' });
  equal(clicks, 1);
  goTo({ tab: 'train' });
  inMenu.click();
  equal([readPlace().tab, clicks > 1], ['runs', true]);
});

test('the tour and a lesson of what is shown are asked for, and the first visit is told how long the tour takes', async () => {
  const { element } = await mountHeader('?run=tale');
  /** @type {unknown[]} */
  const asked = [];
  const hear = (/** @type {Event} */ event) => asked.push(/** @type {CustomEvent} */ (event).detail);
  addEventListener('pg-lesson', hear);
  part(element, '.hd-tour').click();
  part(element, '.hd-lesson').click();
  removeEventListener('pg-lesson', hear);
  equal(asked, ['tour', 'make']);
  ok(part(element, '.hd-tour').classList.contains('hd-first'), 'not the first visit');
  equal(texts(element, '.hd-tour span'), ['Take the tour (5 min)', 'Tour']);
  localStorage.setItem('pg-lessons', '["pizza"]');
  const again = await mountWidget('header', { constants: { tabs: [] }, server: { runs } });
  ok(!part(again.element, '.hd-tour').classList.contains('hd-first'), 'still the first visit');
  localStorage.clear();
});

test('Present is kept in the address', async () => {
  const { element } = await mountHeader('?run=tale');
  const button = part(element, '.hd-present');
  button.click();
  equal([document.documentElement.classList.contains('pg-present'), location.search], [true, '?run=tale&present=1']);
  button.click();
  equal([document.documentElement.classList.contains('pg-present'), location.search], [false, '?run=tale']);
});
