import { equal, test, until } from '/tests/check.js';
import { HONESTY } from '/tests/honesty/fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { goTo } from '/widgets/lib/place.js';

async function showing(/** @type {(query: any) => object | undefined} */ honesty) {
  history.replaceState(null, '', '/?run=tale&step=4');
  return mountWidget('honesty', { server: { honesty } });
}

test('four pictures of the current model', async () => {
  const { element, questions } = await showing(() => HONESTY);
  await until(() => !part(element, '.ho-grid').hidden, 'the pictures');
  equal(questions[0][1], { run: 'tale', step: '4' });
  await until(() => parts(element, '.ho-reliability circle').length === 4, 'the bins');
  equal(parts(element, '.ho-band').length, 4);
  for (const name of ['temperature', 'frequency', 'place']) equal(parts(element, `.ho-${name} .plot-line`).length, 2);
  equal(texts(element, '.ho-said')[1].startsWith('Lowest loss at T = 0.96'), true);
});

test('another step is looked at anew, after its progress', async () => {
  let asked = 0;
  const { element, questions } = await showing(() => (asked++ % 2 ? HONESTY : { progress: 0.5 }));
  await until(() => !part(element, '.ho-grid').hidden, 'the pictures');
  goTo({ step: '0' });
  await until(() => questions.length === 4, 'another look');
  equal(questions[3][1], { run: 'tale', step: '0' });
});

test('a refusal is said instead', async () => {
  const { element } = await showing(() => ({ error: 'The text is too short.' }));
  await until(() => part(element, '.ho-problem').textContent === 'The text is too short.', 'the sentence');
  equal(part(element, '.ho-grid').hidden, true);
});
