import { equal, ok, test, until } from '/tests/check.js';
import { SERIES, allowMotion, evaluated, newsOf, statusOf, stepsOf } from '/tests/live/fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { getParameter, goTo, readPlace, setParameter } from '/widgets/lib/place.js';
import { visitorToken } from '/widgets/lib/storage.js';

/** @typedef {import('/widgets/live/live.js').News} News */

/** @param {any} query */
function withoutVisitor({ visitor, ...query }) {
  return query;
}

/**
 * The live view of the run "river", with `answers` given in turn to its questions for news; the last one is repeated.
 * @param {(object | undefined)[]} answers
 * @param {{ run?: string, command?: (query: any) => object | undefined, figure?: () => object | undefined }} [settings]
 */
async function watching(answers, { run = 'river', command = () => ({}), figure = () => ({ error: 'No.' }) } = {}) {
  history.replaceState(null, '', run ? `/?run=${run}` : '/');
  localStorage.clear();
  let asked = 0;
  const news = () => answers[Math.min(asked++, answers.length - 1)];
  const mounted = await mountWidget('live', { constants: { series: SERIES, recorded: 'recorded' }, server: { news, command, figure } });
  const questions = (/** @type {string} */ name) => mounted.questions.filter(([each, query]) => each === name && query.action !== 'claim').map(([, query]) => withoutVisitor(query));
  const textOf = (/** @type {string} */ name) => part(mounted.element, `.lv-${name}`).textContent;
  return { ...mounted, asked: questions, textOf };
}

const REST = newsOf({ status: statusOf({ state: 'stopped', live: false }) });

test('a run is shown with its curves, tiles, buttons and the address that leads back to it', async () => {
  const { element, textOf, asked } = await watching([REST]);
  await until(() => textOf('state-text') === 'Stopped', 'the state');
  equal([textOf('name'), textOf('val'), texts(element, '.lv-buttons button')], ['river', '4.800', ['Resume', 'Step', 'Stop']]);
  ok(textOf('about')?.startsWith('nano · river · 123 k parameters'), textOf('about') ?? '');
  equal(parts(element, '.cv-losses .plot-line').length, 4);
  equal([location.search, localStorage.getItem('pg-runs')], ['?run=river', '["river"]']);
  equal(asked('news'), [{ run: 'river', offset: 0 }]);
});

const FINISHED = newsOf({
  status: statusOf({ state: 'completed', live: false }),
  steps: stepsOf(20),
  evals: [evaluated(1, 4, 4, [['a', 0.1]]), evaluated(10, 3, 3, [['b', 0.5]]), evaluated(20, 2, 2, [['c', 1]])],
});

test('keys on the chart and the slider move one moment, which both show', async () => {
  const { element, textOf } = await watching([FINISHED]);
  await until(() => textOf('state-text') === 'Finished', 'the state');
  const slider = part(element, '.pb-slider', HTMLInputElement);
  const chart = part(element, '.cv-losses svg', SVGElement);
  chart.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft' }));
  equal([slider.value, texts(element, '.pb-word')[0], part(element, '.cv-r-where').textContent], ['1', 'b', 'At epoch 1, step 10']);
  slider.value = '0';
  slider.dispatchEvent(new Event('input'));
  equal([chart.getAttribute('aria-valuenow'), part(element, '.cv-r-where').textContent], ['0', 'At epoch 0.10, step 1']);
  chart.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  equal([slider.value, part(element, '.cv-r-where').textContent], ['2', 'Now epoch 2, step 20']);
});

const RECORDED = { ...FINISHED, samples: [{ step: 1, epoch: 0.1, text: 'Every effort the the' }, { step: 20, epoch: 2, text: 'Every effort ends.' }] };

test('a newcomer sees the recorded run replayed, until they touch it; the moment they stopped at stays', async () => {
  allowMotion();
  const { element, textOf } = await watching([RECORDED], { run: 'recorded' });
  const [replay, slider, prose] = [part(element, '.lv-replay'), part(element, '.pb-slider', HTMLInputElement), part(element, '.pb-sample')];
  await until(() => replay.textContent === 'Stop replay', 'the replay');
  equal([slider.value, prose.textContent, textOf('read')], ['0', 'Every effort the the', 'This model has read “river” 0.4 times. Drag to watch it learn.']);
  equal(part(element, '.plot-veil', SVGElement).getAttribute('visibility'), 'visible');
  document.body.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  equal([replay.textContent, slider.value], ['Replay', '0']);
  equal(part(element, '.plot-veil', SVGElement).getAttribute('visibility'), 'hidden');
  await until(() => getParameter('moment') === '1', 'the moment in the address');
});

test('an address that names a moment is not replayed, nor is a run of their own', async () => {
  allowMotion();
  const named = await watching([RECORDED], { run: 'recorded&moment=10' });
  await until(() => named.textOf('state-text') === 'Finished', 'the state');
  equal([texts(named.element, '.lv-replay'), part(named.element, '.pb-slider', HTMLInputElement).value], [['Replay'], '1']);
  const own = await watching([RECORDED]);
  await until(() => own.textOf('state-text') === 'Finished', 'the state');
  equal([texts(own.element, '.lv-replay'), part(own.element, '.pb-slider', HTMLInputElement).value], [['Replay'], '2']);
});

test('a finished run leads on to other tabs, one that is active does not', async () => {
  const { element, events, textOf } = await watching([FINISHED]);
  await until(() => textOf('state-text') === 'Finished', 'the state');
  equal(part(element, '.lv-ways').classList.contains('lv-away'), false);
  const opened = ['decode', 'write', 'compare', 'whatif'].map((way) => {
    part(element, `[data-way=${way}]`).click();
    return readPlace().tab;
  });
  equal([opened, readPlace().run, events.map(([name]) => name)], [['decoding', 'generate', 'runs', 'runs'], 'river', ['decode']]);
  const active = await watching([newsOf({ status: statusOf({ state: 'paused' }) })]);
  await until(() => active.textOf('state-text') === 'Paused', 'the state');
  equal(part(active.element, '.lv-ways').classList.contains('lv-away'), true);
});

test('it continues to ask where the last answer ended', async () => {
  const { element, asked, textOf } = await watching([
    newsOf({ more: true }),
    { ...REST, offset: 200, about: null, sitting: null, steps: stepsOf(2, 5), evals: [evaluated(5, 2, 2)] },
  ]);
  await until(() => textOf('state-text') === 'Stopped', 'the second answer');
  equal(asked('news'), [{ run: 'river', offset: 0 }, { run: 'river', offset: 100 }]);
  equal(part(element, '.cv-r-where').textContent, 'Now epoch 0.60, step 6');
  ok(part(element, '[data-part=report]').classList.contains('lv-on'), 'the report did not light up');
});

test('a run that starts closes the settings', async () => {
  let closed = 0;
  addEventListener('pg-drawer-close', () => closed++);
  const { update } = await watching([REST]);
  update({ run: 'sea' });
  equal([closed, readPlace().run], [1, 'sea']);
});

test('without a run it is empty', async () => {
  const { element, asked } = await watching([REST], { run: '' });
  equal([part(element, '.lv-empty').hidden, part(element, '.lv-full').hidden], [false, true]);
  equal(asked('news'), []);
});

test('a run in the address is opened', async () => {
  history.replaceState(null, '', '/?run=addressed');
  const { questions } = await mountWidget('live', { constants: { series: SERIES, recorded: 'recorded' }, server: { news: () => REST } });
  await until(() => questions.length, 'a question');
  equal(questions[0], ['news', { run: 'addressed', offset: 0, visitor: visitorToken() }]);
});

test('a moment in the address is shown, and one that is chosen is written there', async () => {
  history.replaceState(null, '', '/?run=river&moment=10');
  const { element } = await mountWidget('live', { constants: { series: SERIES, recorded: 'recorded' }, server: { news: () => FINISHED } });
  const slider = part(element, '.pb-slider', HTMLInputElement);
  await until(() => slider.value === '1', 'the moment');
  slider.value = '0';
  slider.dispatchEvent(new Event('input'));
  await until(() => getParameter('moment') === '1', 'the address');
  slider.value = '2';
  slider.dispatchEvent(new Event('input'));
  await until(() => getParameter('moment') === null, 'the newest needs none');
});

test('a moment that others set in the address is shown', async () => {
  const { element, textOf } = await watching([FINISHED]);
  await until(() => textOf('state-text') === 'Finished', 'the state');
  const slider = part(element, '.pb-slider', HTMLInputElement);
  setParameter('moment', '1');
  equal([slider.value, texts(element, '.pb-word')[0]], ['0', 'a']);
  setParameter('moment', '');
  equal([slider.value, texts(element, '.pb-word')[0]], ['2', 'c']);
});

test('another current run, or one that has been started, is opened from its start', async () => {
  const { asked, textOf, update } = await watching([REST]);
  await until(() => textOf('state-text') === 'Stopped', 'the first run');
  goTo({ run: 'other' });
  await until(() => textOf('name') === 'other', 'the current run');
  update({ run: 'next' });
  await until(() => textOf('name') === 'next', 'the next run');
  equal([asked('news').at(-1), readPlace().tab, readPlace().run], [{ run: 'next', offset: 0 }, 'train', 'next']);
});

test('an unknown run is refused with the sentence of the server', async () => {
  const { textOf, element } = await watching([{ error: 'There is no run river.' }]);
  await until(() => textOf('message') === 'There is no run river.', 'the sentence');
  equal([textOf('state-text'), part(element, '.lv-message').hidden], ['Not found', false]);
});

test('a server that does not answer is shown as lost', async () => {
  const { element, textOf } = await watching([undefined]);
  await until(() => part(element, '.lv').classList.contains('lv-lost'), 'lost');
  equal(textOf('state-text'), 'No answer; trying again');
});

test('why a run ended is said, and a refused command in its place', async () => {
  const ended = newsOf({ status: statusOf({ state: 'failed', live: false, message: 'The disk is full.' }) });
  const { element, textOf } = await watching([ended], { command: () => ({ error: 'Too many trainings.' }) });
  await until(() => textOf('message') === 'The disk is full.', 'the reason');
  part(element, '[data-action=resume]').click();
  await until(() => textOf('message') === 'Too many trainings.', 'the refusal');
});

test('buttons give commands, and news are asked for at once', async () => {
  const { element, asked, textOf } = await watching([REST]);
  await until(() => textOf('state-text') === 'Stopped', 'the state');
  part(element, '[data-action=resume]').click();
  await until(() => asked('news').length === 2, 'another question');
  equal(asked('command'), [{ run: 'river', action: 'resume' }]);
});

test('the learning rate goes along, and what is no number is refused here', async () => {
  const paused = newsOf({ status: statusOf({ state: 'paused' }) });
  const { element, asked, textOf } = await watching([paused]);
  await until(() => textOf('state-text') === 'Paused', 'the state');
  const rate = part(element, '.lv-lr-value', HTMLInputElement);
  equal(rate.value, '0.001');
  rate.value = '0.25';
  part(element, '[data-action=set_lr]').click();
  rate.value = '';
  part(element, '[data-action=set_lr]').click();
  await until(() => textOf('message')?.startsWith('The learning rate is not a number'), 'the refusal');
  equal(asked('command'), [{ run: 'river', action: 'set_lr', lr: 0.25 }]);
});

test('notes are the last five', async () => {
  const notes = Array.from({ length: 7 }, (_, i) => ({ step: 1000 * i, text: `<b>${i}</b>` }));
  const { element, textOf } = await watching([{ ...REST, notes }]);
  await until(() => textOf('state-text') === 'Stopped', 'the state');
  const shown = texts(element, '.lv-notes li');
  equal([shown.length, shown[0]], [5, 'Step 2,000: <b>2</b>']);
});


test('the browser that started a training claims it with its token, and sends that with every command', async () => {
  const { questions, update } = await mountWidget('live', { constants: { series: SERIES, recorded: 'recorded' }, server: { news: () => REST, command: () => ({}) } });
  update({ run: 'begun' });
  const claims = () => questions.filter(([name, query]) => name === 'command' && query.action === 'claim');
  await until(() => claims().length, 'the claim');
  equal(claims(), [['command', { run: 'begun', action: 'claim', visitor: visitorToken() }]]);
  ok(visitorToken().length === 32, 'the token');
});
