import { equal, test, until } from '/tests/check.js';
import { server } from '/tests/inside/fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { getParameter, goTo, readPlace } from '/widgets/lib/place.js';

/** @param {string} search @param {Record<string, (query: any) => object | undefined>} [more] */
async function showing(search, more) {
  history.replaceState(null, '', `/${search}`);
  const mounted = await mountWidget('inside', { server: server(more) });
  const asked = (/** @type {string} */ name) => mounted.questions.filter(([each]) => each === name).map(([, query]) => query);
  return { ...mounted, asked };
}

const HERE = '?tab=inside&run=tale&step=20&prompt=The+rain+had+stopped';

test('the next token of the prompt is looked at, in the run and step of the address', async () => {
  const { element, asked } = await showing(HERE);
  await until(() => parts(element, '.in-text .tok').length === 5, 'the text');
  equal(asked('look'), [{ run: 'tale', step: '20', source: 'prompt', text: 'The rain had stopped' }]);
  equal(part(element, '.ins-place span').textContent, 'What it would say next, after “ped”. Press a token of the text below to ask about that one.');
  equal(texts(element, '.ins-step'), ['Step 20']);
});

test('a pressed token goes into the address, so that a link opens it', async () => {
  const { element } = await showing(HERE);
  await until(() => parts(element, '.in-text .tok').length === 5, 'the text');
  parts(element, '.in-text .tok')[3].click();
  equal([getParameter('inside'), part(element, '.ins-place span').textContent], ['{"at":3}', 'Why it says “·stop”, token 4 of 5.']);
  const back = part(element, '.ins-place button');
  equal(back.hidden, false);
  back.click();
  equal([getParameter('inside'), back.hidden], [null, true]);
  parts(element, '.in-text .tok')[0].click();
  equal([texts(element, '.ins-problem'), getParameter('inside')], [['Nothing stands before the first token, so there is nothing to look at; press a later one.'], null]);
});

test('a link opens place, head and the parts that are off, and a pressed part goes into it', async () => {
  const state = { at: 4, layer: 1, head: 0, off: 'head:0.1' };
  const { element, asked } = await showing(`${HERE}&inside=${encodeURIComponent(JSON.stringify(state))}`);
  await until(() => asked('without').length, 'the effect');
  equal([asked('look')[0].place, asked('look')[0].layer, asked('look')[0].head, asked('without')[0].off], [4, 1, 0, 'head:0.1']);
  part(element, '[data-part="attention:0"]').click();
  equal(JSON.parse(getParameter('inside') ?? ''), { ...state, off: 'attention:0 head:0.1' });
  await until(() => asked('without').length === 2, 'the next effect');
  parts(element, '.in-text .tok')[2].click();
  equal(JSON.parse(getParameter('inside') ?? '').at, 2);
});

test('the step slider walks through the training, and every view follows', async () => {
  const { element, asked } = await showing(HERE);
  await until(() => asked('look').length === 1, 'the first look');
  const slider = part(element, 'input[type=range]', HTMLInputElement);
  equal([slider.max, slider.value], ['2', '2']);
  slider.value = '0';
  slider.dispatchEvent(new Event('input'));
  equal(readPlace().step, '0');
  await until(() => asked('look').length === 2, 'the look at step 0');
  equal(asked('look')[1].step, '0');
  goTo({ step: '10' });
  await until(() => asked('look').length === 3, 'the look at the step of the header');
});

test('another text is written, and the prompt of the page is that', async () => {
  const { element } = await showing(HERE);
  const field = part(element, 'textarea', HTMLTextAreaElement);
  equal(field.value, 'The rain had stopped');
  field.value = 'A clock';
  field.dispatchEvent(new Event('input'));
  await until(() => readPlace().prompt === 'A clock', 'the prompt');
  field.value = '';
  field.dispatchEvent(new Event('input'));
  await until(() => texts(element, '.ins-problem')[0]?.startsWith('Write a text'), 'the sentence');
});

test('nothing is asked while another tab is open, or without a run', async () => {
  const { questions } = await showing('?tab=generate&run=tale&prompt=The');
  equal(questions, []);
  const { element } = await showing('?tab=inside');
  equal(texts(element, '.ins-problem'), ['There is no run yet: train one on the Train tab.']);
});

test('while it learned is read once it is in sight', async () => {
  const { element, asked } = await showing(HERE);
  part(element, '.ins-learned').scrollIntoView();
  await until(() => texts(element, '.in-induction-say')[0], 'the sentence');
  equal(asked('history').length, 1);
});
