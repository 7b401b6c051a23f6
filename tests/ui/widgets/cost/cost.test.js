import { equal, ok, test, until } from '/tests/check.js';
import { PICTURES, SIZE, training } from '/tests/cost/fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';

async function showing(/** @type {(query: any) => object | undefined} */ cost = () => ({ size: SIZE, training: training('tale', 1e6), operations_per_s: 1e9 })) {
  history.replaceState(null, '', '/?run=tale&step=4');
  return mountWidget('cost', { constants: PICTURES, server: { cost } });
}

test('the run stands among the sizes and the trainings', async () => {
  const { element, questions } = await showing();
  await until(() => part(element, '.co-conclusion').textContent, 'the run');
  equal(parts(element, '.co-own').length, 5);
  equal(questions[0][1], { run: 'tale', step: '4' });
  equal(texts(element, '.co-sizes b'), ['nano', '124M', 'This run']);
  equal(texts(element, '.co-scale h5').length, 5);
  ok(part(element, '.co-conclusion').textContent?.startsWith('Llama 2 7B took 2,000,000 times'), 'the sentence');
  ok(part(element, '.co-sources').textContent?.includes('known for 2000000000000'), 'the sources');
});

test('a size opens with the areas of its parts, in another measure as well', async () => {
  const { element } = await showing();
  await until(() => parts(element, '.co-sizes input').length === 3, 'the sizes');
  equal(part(element, '.co-name').textContent, 'GPT-2 124M: 1,000,000 parameters');
  part(element, '.co-sizes input[value="nano"]').click();
  equal(part(element, '.co-name').textContent, 'nano: 1,000 parameters');
  equal(parts(element, '.co-area').length, 3);
  part(element, '.co-measures input[value="operations"]').click();
  equal(part(element, '.co-name').textContent, 'nano: 4,200 operations per token of training');
  equal(parts(element, '.co-area').length, 2);
});

test('the known trainings are there at once, also where the run cannot be read', async () => {
  const { element } = await showing(() => ({ error: 'There is no run tale.' }));
  equal(parts(element, '.co-row:not(.co-axis)').length, 15);
  equal(texts(element, '.co-own b')[0], '…');
  await until(() => !part(element, '.co-problem').hidden, 'the sentence');
  equal(parts(element, '.co-row:not(.co-axis)').length, 10);
});
