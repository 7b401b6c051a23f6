import { equal, test, until } from '/tests/check.js';
import { HISTORY } from '/tests/learning/fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { setParameter } from '/widgets/lib/place.js';

/** @param {(query: any) => object | undefined} learned */
async function showing(learned, search = '?run=tale') {
  history.replaceState(null, '', `/${search}`);
  return mountWidget('learning', { server: { learned, cancel_learned: () => ({}) } });
}

test('both parts are shown under one slider', async () => {
  const { element, questions } = await showing(() => HISTORY);
  await until(() => parts(element, '.le-part').length === 2, 'the parts');
  equal(questions.map(([, { source, start }]) => [source, start]), [['train', 0], ['validation', 0]]);
  const slider = part(element, 'input[type=range]', HTMLInputElement);
  equal([slider.max, slider.value, part(element, '.le-step').textContent], ['2', '2', 'Step 20']);
  slider.value = '0';
  slider.dispatchEvent(new Event('input'));
  equal(part(element, '.le-step').textContent, 'Step 0');
  equal(part(element, '.le-names').textContent?.endsWith('At step 0 it resembles blind guessing most.'), true);
});

test('a pressed word shows its curve and when it was learned, by the mark that is chosen', async () => {
  const { element } = await showing(() => HISTORY);
  await until(() => parts(element, '.le-part').length === 2, 'the parts');
  equal(part(element, '.le-curve').hidden, true);
  /** @type {HTMLElement} */ (parts(element, '.le-text')[0].children[2]).click();
  equal([part(element, '.le-token').textContent, part(element, '.le-curve').hidden], ['“·had” is learned at step 10: 70.0 % at the end.', false]);
  const mark = part(element, '.le-mark', HTMLSelectElement);
  mark.value = '0.9';
  mark.dispatchEvent(new Event('change'));
  equal(part(element, '.le-token').textContent, '“·had” is not learned: 70.0 % at the end.');
  equal(texts(element, '.le-sentence')[0], '0 of 3 tokens learned.');
});

test('a run that kept one step says what would show more', async () => {
  const one = { ...HISTORY, steps: [20], losses: [HISTORY.losses[2]] };
  const { element } = await showing(() => one);
  await until(() => part(element, '.le-problem').textContent?.startsWith('This run kept the weights of one step only.'), 'the sentence');
  equal(part(element, '.le-full').hidden, true);
});

test('progress is shown, and Cancel ends the work', async () => {
  const { element, questions } = await showing(() => ({ progress: 0.4 }));
  await until(() => !part(element, '.le-busy').hidden, 'the progress');
  equal(part(element, 'progress', HTMLProgressElement).value, 0.2);
  part(element, '.le-cancel').click();
  await until(() => questions.some(([name]) => name === 'cancel_learned'), 'the cancelling');
  equal(part(element, '.le-busy').hidden, true);
});

test('an own text is followed alone', async () => {
  const { element, questions } = await showing(() => HISTORY);
  await until(() => parts(element, '.le-part').length === 2, 'the parts');
  setParameter('passage', JSON.stringify({ source: 'own', text: 'The rain' }));
  await until(() => parts(element, '.le-part').length === 1, 'the own text');
  equal(questions.at(-1)?.[1], { run: 'tale', source: 'own', start: 0, text: 'The rain', file: '' });
});
