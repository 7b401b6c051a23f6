import { equal, test, until } from '/tests/check.js';
import { asked, HISTORY } from '/tests/inside/fixtures.js';
import { texts } from '/tests/mounting.js';
import { node, part } from '/widgets/lib/dom.js';
import { LearnedView, linesOf } from '/widgets/inside/learned_view.js';

/** @param {Record<string, (query: any) => object | undefined>} [more] */
async function showing(more) {
  const template = await (await fetch('/widgets/inside/inside.html')).text();
  const root = node('div');
  root.innerHTML = template; // the template is ours, and static
  document.body.replaceChildren(root);
  const { functions, questions } = asked(more);
  /** @type {number[]} */
  const picked = [];
  return { root, questions, picked, view: new LearnedView(root, functions, (step) => picked.push(step)) };
}

test('a head that is clear at the end is a bold line, others are thin', () => {
  equal(linesOf(HISTORY, 'induction').map(({ name, y, kind }) => [name, y, kind]), [['0.0', [0.1, 0.5, 0.1], 'thin'], ['0.1', [0.1, 0.2, 0.7], 'bold']]);
});

test('the scores of the heads are shown over the steps, and from when on a head is clear', async () => {
  const { root, view } = await showing();
  view.mark(10);
  await view.load('tale');
  equal(texts(root, '.in-induction-say, .in-previous-say'), ['One induction head: layer 0, head 1 from step 20 on.', 'One previous-token head: layer 0, head 0 from step 10 on.']);
  equal(root.querySelectorAll('.in-induction svg path').length, 2);
});

test('a press on a line goes to the nearest step', async () => {
  const { root, view, picked } = await showing();
  await view.load('tale');
  const box = part(root, '.in-induction svg', SVGSVGElement).getBoundingClientRect();
  const at = { clientX: box.right - 12, clientY: box.top + 40, bubbles: true, pointerId: 1, button: 0, buttons: 1 };
  part(root, '.in-induction svg', SVGSVGElement).dispatchEvent(new PointerEvent('pointerdown', at));
  await until(() => picked.length, 'the step');
  equal(picked.at(-1), 20);
});

test('a run that kept one step says what would show more', async () => {
  const { root, view } = await showing({ history: () => ({ steps: [20], induction: [[[0.1]]], previous: [[[0.1]]] }) });
  await view.load('tale');
  equal([part(root, '.in-learned-full').hidden, texts(root, '.in-learned-problem')[0]?.startsWith('This run kept the weights of one step only.')], [true, true]);
});

test('progress is shown, and Cancel ends the work', async () => {
  const { root, view, questions } = await showing({ history: () => ({ progress: 0.4 }) });
  view.load('tale');
  await until(() => !part(root, '.in-busy').hidden, 'the progress');
  part(root, '.in-cancel').click();
  await until(() => questions.some(([name]) => name === 'cancel_history'), 'the cancelling');
  equal(part(root, '.in-busy').hidden, true);
});
