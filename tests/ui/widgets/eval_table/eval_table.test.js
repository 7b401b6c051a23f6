import { equal, test, until } from '/tests/check.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { getParameter, goTo } from '/widgets/lib/place.js';

/** @param {{ run: string, step: string, source: string }} query */
const row = ({ run, step, source }) => ({
  run, step: step === 'last' ? 20 : Number(step), source, tokens: 100, loss: source === 'train' ? 2 : 6, perplexity: 7.4,
  bits_per_byte: 1.5, first_share: 0.5, first_ten_share: 0.75, reading: 'sliding', context_length: 32, stride: 16,
});

async function showing(/** @type {(query: any) => object | undefined} */ answer = row) {
  history.replaceState(null, '', '/?run=tale');
  return mountWidget('eval_table', { server: { row: answer, cancel_row: () => ({}) } });
}

const column = (/** @type {ParentNode} */ root, /** @type {number} */ n) => texts(root, `tbody td:nth-child(${n})`);

test('the current model is measured on both parts', async () => {
  const { element, questions } = await showing();
  await until(() => column(element, 5)[1] === '6.0000', 'the numbers');
  equal([column(element, 1), column(element, 2), column(element, 3), column(element, 5)], [
    ['tale', 'tale'], ['20', '20'], ['training', 'validation'], ['2.0000', '6.0000'],
  ]);
  equal(questions[0][1], { run: 'tale', step: 'last', source: 'train', reading: 'sliding', text: '', file: '' });
});

test('models are added and removed, and stand in the address', async () => {
  const { element } = await showing();
  await until(() => column(element, 5)[1] === '6.0000', 'the numbers');
  part(element, '.et-add').click();
  goTo({ step: '4' });
  part(element, '.et-add').click();
  await until(() => column(element, 2).filter((step) => step === '4').length === 2 && !column(element, 5).includes('…'), 'two models');
  equal(getParameter('rows'), '{"models":[["tale","last"],["tale","4"]],"reading":"sliding"}');
  parts(element, '.et-remove')[0].click();
  await until(() => parts(element, 'tbody tr').length === 2, 'one model');
  equal(column(element, 2), ['4', '4']);
});

test('a press on a heading sorts, another one turns the order', async () => {
  const { element } = await showing();
  await until(() => column(element, 5)[1] === '6.0000', 'the numbers');
  const head = parts(element, 'thead th')[4];
  part(head, 'button').click();
  part(head, 'button').click();
  equal([column(element, 5), head.getAttribute('aria-sort')], [['6.0000', '2.0000'], 'descending']);
});

test('another way of reading measures anew', async () => {
  const { element, questions } = await showing();
  await until(() => column(element, 5)[1] === '6.0000', 'the numbers');
  const reading = part(element, '.et-reading', HTMLSelectElement);
  reading.value = 'chapter';
  reading.dispatchEvent(new Event('change'));
  await until(() => questions.length === 4, 'the questions');
  equal(questions[3][1].reading, 'chapter');
});

test('a text that cannot be measured is said, the others are', async () => {
  const { element } = await showing((query) => (query.source === 'train' ? { error: 'The text is too short.' } : row(query)));
  await until(() => column(element, 5)[1] === '6.0000', 'the other');
  equal([part(element, '.et-problem').textContent, column(element, 5)[0]], ['The text is too short.', '–']);
});
