import { equal, ok, test, until } from '/tests/check.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { FOUND } from '/tests/over_time/fixtures.js';
import { part, parts } from '/widgets/lib/dom.js';
import { readPlace } from '/widgets/lib/place.js';

async function showing(/** @type {(query: any) => object | undefined} */ over_time) {
  history.replaceState(null, '', '/?run=tale');
  return mountWidget('over_time', { server: { over_time, cancel_over_time: () => ({}) } });
}

test('three pictures of the run, and when memorising began', async () => {
  const { element, questions } = await showing(() => FOUND);
  await until(() => parts(element, '.ot-places .plot-line').length === 2, 'the pictures');
  equal(questions[0][1], { run: 'tale' });
  equal([parts(element, '.ot-memory .plot-line').length, parts(element, '.ot-errors .plot-line').length], [2, 2]);
  ok(texts(element, '.ot-said')[0]?.startsWith('Memorising begins at step 10'), 'the sentence');
  equal(texts(element, '.ot-names .ot-key'), ['1', '2–3']);
});

test('pointing at the picture says the moment, and pressing shows its step', async () => {
  const { element } = await showing(() => FOUND);
  await until(() => parts(element, '.ot-memory .plot-line').length === 2, 'the pictures');
  const plot = part(element, '.ot-memory svg', SVGSVGElement);
  const { left, top, width, height } = plot.getBoundingClientRect();
  const at = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true };
  plot.dispatchEvent(new PointerEvent('pointermove', at));
  ok(texts(element, '.ot-said')[0]?.startsWith('Step 10') || texts(element, '.ot-said')[0]?.startsWith('Step 20'), 'the moment');
  plot.dispatchEvent(new PointerEvent('pointerleave'));
  ok(texts(element, '.ot-said')[0]?.startsWith('Memorising'), 'the whole');
  plot.dispatchEvent(new MouseEvent('click', at));
  equal(readPlace().step, '15');
});

test('a run with one copy shows its samples and losses alone, and says why', async () => {
  const { element } = await showing(() => ({ ...FOUND, steps: [30] }));
  await until(() => parts(element, '.ot-memory .plot-line').length === 2, 'the picture');
  ok(part(element, '.ot-problem').textContent?.includes('train one yourself'), 'the reason');
  equal(part(element, '.ot-grid').classList.contains('bare'), true);
});

test('progress can be cancelled', async () => {
  const { element, questions } = await showing(() => ({ progress: 0.5 }));
  await until(() => !part(element, '.ot-busy').hidden, 'the progress');
  part(element, '.ot-cancel').click();
  await until(() => questions.some(([name]) => name === 'cancel_over_time'), 'the question');
  equal(part(element, '.ot-busy').hidden, true);
  ok(part(element, '.ot-problem').textContent?.startsWith('Cancelled'), 'the sentence');
});
