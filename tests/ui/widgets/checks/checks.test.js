import { equal, ok, test, until } from '/tests/check.js';
import { CONTINUED, FIGURES } from '/tests/checks/fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { readPlace } from '/widgets/lib/place.js';

/** @type {Record<string, object>} */
const ANSWERS = {
  figures: { rows: FIGURES }, continue: CONTINUED, 'gpt2-124M': { missing: 'gpt2-124M' },
  'gpt2-1558M': { run: 'xl', rows: [{ part: 'training', book: 3.3046, here: 3.3046 }, { part: 'validation', book: 3.1195, here: 3.1195 }] },
};

const showing = (/** @type {(query: any) => object | undefined} */ check = ({ name }) => ANSWERS[name]) =>
  mountWidget('checks', { server: { check, cancel_check: () => ({}) } });

test('nothing runs before its button is pressed', async () => {
  const { element, questions } = await showing();
  equal([parts(element, 'article').length, questions.length], [4, 0]);
});

test('figures come as a table, the exercise 5.4 as a curve', async () => {
  const { element } = await showing();
  part(element, '.ch-figures button').click();
  await until(() => parts(element, '.ch-figures tbody tr').length === 2, 'the table');
  part(element, '.ch-continue button').click();
  await until(() => parts(element, '.ch-continue .plot-line').length === 3, 'the curve');
  ok(part(element, '.ch-continue .ch-said').textContent?.startsWith('No jump: saved after step 2'), 'the sentence');
});

test('losses stand beside the book’s; where weights are missing, a button leads to them', async () => {
  history.replaceState(null, '', '/?tab=evaluate');
  const { element } = await showing();
  part(element, '.ch-gpt2-1558M button').click();
  await until(() => parts(element, '.ch-gpt2-1558M tbody tr').length === 2, 'the losses');
  equal(texts(element, '.ch-gpt2-1558M tbody tr:first-child td'), ['training', '3.3046', '3.3046', '✓']);
  part(element, '.ch-gpt2-124M button').click();
  await until(() => parts(element, '.ch-gpt2-124M .ch-result button').length === 1, 'the way to the weights');
  part(element, '.ch-gpt2-124M .ch-result button').click();
  equal(readPlace().tab, 'runs');
});

test('a check shows its progress and can be cancelled', async () => {
  const { element, questions } = await showing(() => ({ progress: 0.5 }));
  const button = part(element, '.ch-continue button');
  button.click();
  await until(() => part(element, '.ch-continue progress', HTMLProgressElement).value === 0.5, 'the progress');
  equal(button.textContent, 'Cancel');
  button.click();
  await until(() => questions.some(([name]) => name === 'cancel_check'), 'the question');
  equal([button.textContent, part(element, '.ch-continue progress').hidden], ['Check it here', true]);
});

test('a refusal is said', async () => {
  const { element } = await showing(() => ({ error: 'The Verdict could not be fetched.' }));
  part(element, '.ch-gpt2-124M button').click();
  await until(() => part(element, '.ch-gpt2-124M .ch-problem').textContent === 'The Verdict could not be fetched.', 'the sentence');
});
