import { equal, ok, test } from '/tests/check.js';
import { SERIES, evaluated, liveTemplate, newsOf, stepsOf } from '/tests/live/fixtures.js';
import { texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { Curves } from '/widgets/live/curves.js';
import { RunRecord } from '/widgets/live/record.js';

async function drawn() {
  const view = await liveTemplate();
  const record = new RunRecord(SERIES);
  const evals = [[1, 4, 4], [10, 3, 3], [20, 2, 3.1], [30, 1.5, 3.2], [40, 1, 3.3]];
  record.add(newsOf({ steps: stepsOf(40), evals: evals.map(([step, train, val]) => evaluated(step, train, val)) }));
  /** @type {(number | string)[]} */
  const moved = [];
  const curves = new Curves(view, { pick: (epoch) => moved.push(epoch), key: (key) => moved.push(key) > 5 });
  curves.draw(record, { epochs: 4, pin: null, vocabularySize: 1690 });
  return { view, record, curves, moved };
}

const textOf = (/** @type {HTMLElement} */ view, /** @type {string} */ name) => part(view, `.cv-${name}`).textContent;
const press = (/** @type {HTMLElement} */ view, /** @type {string} */ key) =>
  part(view, '.cv-losses svg', SVGElement).dispatchEvent(new KeyboardEvent('keydown', { key }));

test('both losses and three small plots are drawn', async () => {
  const { view } = await drawn();
  equal(parts(view, '.cv-losses .plot-line').length, 4);
  equal(parts(view, '.cv-small .plot-line').length, 3);
  ok(textOf(view, 'verdict')?.startsWith('Memorising since epoch 1'), textOf(view, 'verdict') ?? '');
  ok(part(view, '.cv-verdict').classList.contains('cv-memorising'), 'the verdict is not marked');
});

test('the line above reads the latest values, and those at the cursor', async () => {
  const { view } = await drawn();
  equal([textOf(view, 'r-where'), textOf(view, 'r-val')], ['Now epoch 4, step 40', '3.300']);
  press(view, 'Home');
  equal([textOf(view, 'r-where'), textOf(view, 'r-thin'), textOf(view, 'r-train')], ['At epoch 0.10, step 1', '4.900', '4.000']);
  equal([textOf(view, 'v-lr'), textOf(view, 'v-grad'), textOf(view, 'v-speed')], ['1e-3', '1.50', '500']);
  press(view, 'Escape');
  equal(textOf(view, 'r-where'), 'Now epoch 4, step 40');
});

test('the cursor is on all four plots', async () => {
  const { view } = await drawn();
  press(view, 'Home');
  equal(parts(view, '.plot-cursor').map((line) => line.getAttribute('visibility')), Array(4).fill('visible'));
});

test('the loss axis is named, and so is the line of blind guessing', async () => {
  const { view } = await drawn();
  ok(texts(view, '.cv-losses .plot-title').includes('Loss'), 'the axis has no name');
  equal(texts(view, '.cv-losses .plot-level-name'), ['blind guessing: ln 1,690 = 7.43']);
  const why = part(view, '.cv-key-blind');
  why.dispatchEvent(new Event('focus'));
  ok(textOf(view, 'verdict')?.includes('probability 1/1,690'), 'no reason');
  why.dispatchEvent(new Event('blur'));
  ok(textOf(view, 'verdict')?.startsWith('Memorising'), 'the verdict did not come back');
});

test('a press on the chart picks the epoch there, and its keys are offered first to the moment', async () => {
  const { view, moved } = await drawn();
  const svg = part(view, '.cv-losses svg', SVGElement);
  const { left, width, top } = svg.getBoundingClientRect();
  svg.dispatchEvent(new MouseEvent('click', { clientX: left + width, clientY: top + 100 }));
  press(view, 'ArrowLeft');
  equal(moved, [4, 'ArrowLeft']);
});

test('the chart is a slider for a screen reader', async () => {
  const { view, curves } = await drawn();
  curves.sayMoment(2, 5, 'Step 20, epoch 2');
  const svg = part(view, '.cv-losses svg', SVGElement);
  const names = ['role', 'aria-valuemax', 'aria-valuenow', 'aria-valuetext'];
  equal(names.map((name) => svg.getAttribute(name)), ['slider', '4', '2', 'Step 20, epoch 2']);
});

test('a marked epoch has a line, and its values are read', async () => {
  const { view, curves } = await drawn();
  curves.mark(2);
  equal([textOf(view, 'r-where'), textOf(view, 'r-val')], ['At epoch 2, step 20', '3.100']);
  equal(part(view, '.cv-losses .plot-pin', SVGElement).getAttribute('visibility'), 'visible');
});

test('an empty record says that the curve is about to begin', async () => {
  const view = await liveTemplate();
  new Curves(view, { pick: () => {}, key: () => false }).draw(new RunRecord(SERIES), { epochs: 4, pin: null });
  equal([textOf(view, 'verdict'), textOf(view, 'r-where')], ['The curve begins with the first steps.', '']);
});

test('the chart can be saved with its legend and the verdict', async () => {
  const { view, curves } = await drawn();
  const { svg, title, sentence, keys } = curves.drawing('river');
  equal([svg === part(view, '.cv-losses svg', SVGElement), title, keys.map((key) => key.text)],
    [true, 'river', ['training', 'validation', 'each batch', 'smoothed']]);
  ok(sentence.startsWith('Memorising since epoch 1'), sentence);
});
