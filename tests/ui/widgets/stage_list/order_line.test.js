import { equal, test, until } from '/tests/check.js';
import { node, part } from '/widgets/lib/dom.js';
import { makeOrderLine } from '/widgets/stage_list/order_line.js';

/** @param {(state: any) => object | undefined} answer */
function makeLine(answer, isCurrent = () => true) {
  const line = node('p');
  /** @type {unknown[]} */
  const heard = [];
  const ask = makeOrderLine(line, async (state) => {
    heard.push(['asked', state]);
    return answer(state);
  }, {
    isCurrent,
    onSize: (size) => heard.push(['size', size]),
    onChoose: (stages) => heard.push(['chosen', stages]),
  });
  return { line, heard, ask };
}

test('an order that matters can be exchanged for the other one', async () => {
  const other = [{ name: 'top_k', on: true }];
  const { line, heard, ask } = makeLine(() => ({ text: 'Order matters here.', size: 9, stages: other }));
  ask('{"seed":1}');
  await until(() => line.textContent, 'no text');
  equal([line.className, line.textContent], ['matters', 'Order matters here.Show the other order']);
  part(line, 'button').click();
  equal(heard, [['asked', { seed: 1 }], ['size', 9], ['chosen', other]]);
});

test('only the last of several quick changes is asked about', async () => {
  const { line, heard, ask } = makeLine(() => ({ text: 'No difference.', size: 9, stages: null }));
  for (const seed of [1, 2, 3]) ask(JSON.stringify({ seed }));
  await until(() => line.textContent, 'no text');
  equal([line.className, heard[0], heard.length], ['', ['asked', { seed: 3 }], 2]);
});

test('an answer to an older state is not shown', async () => {
  const { line, heard, ask } = makeLine(() => ({ text: 'No difference.', size: 9, stages: null }), () => false);
  ask('{}');
  await until(() => heard.length === 1, 'not asked');
  await new Promise((resolve) => setTimeout(resolve, 20));
  equal(line.textContent, '');
});

test('a refusal empties the line: the picture shows the sentence', async () => {
  let answer = /** @type {object | undefined} */ ({ text: 'Order matters here.', size: 9, stages: [] });
  const { line, ask } = makeLine(() => answer);
  ask('{}');
  await until(() => line.textContent, 'no text');
  answer = { error: 'Choose a run.' };
  ask('{"seed":1}');
  await until(() => !line.textContent, 'the old text stays');
  equal(line.className, '');
});
