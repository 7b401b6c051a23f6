import { equal, ok, test, until } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { CONSTANTS, curvesOf, runsTemplate } from '/tests/runs_view/fixtures.js';
import { saved } from '/tests/saving/saved.js';
import { part, parts } from '/widgets/lib/dom.js';
import { Comparison } from '/widgets/runs_view/compare.js';

async function made(answer = curvesOf) {
  const view = await runsTemplate();
  /** @type {[string[], string][]} */
  const asked = [];
  const comparison = new Comparison(view, CONSTANTS, async (names, over) => {
    asked.push([names, over]);
    return answer(names, over);
  });
  const lines = () => parts(view, '.rc-plot .plot-line');
  return { view, comparison, asked, lines };
}

test('the first of the chosen runs are drawn, and what differs is listed', async () => {
  const { view, comparison, asked, lines } = await made();
  comparison.show(['a', 'b', 'c']);
  await until(() => lines().length === 2, 'two lines');
  equal(asked, [[['a', 'b'], 'steps']]);
  equal([part(view, '.rc').hidden, texts(view, '.rc-legend li'), parts(view, '.plot-marks g').length], [false, ['a4.000', 'b4.000'], 2]);
  equal([texts(view, '.rc-scroll th'), texts(view, '.rc-scroll td')], [['Setting', 'a', 'b', 'lr'], ['0.001', '0.002']]);
});

test('one run has nothing to differ from; none hides the card', async () => {
  const { view, comparison, lines } = await made();
  comparison.show(['a']);
  await until(() => lines().length === 1, 'one line');
  equal([part(view, '.rc h3').hidden, part(view, '.rc-scroll').hidden, part(view, '.rc-same').textContent], [true, true, '']);
  ok(part(view, '.rc-verdict').textContent?.startsWith('Tick another run'), 'it is not said how to compare');
  comparison.show([]);
  equal(part(view, '.rc').hidden, true);
});

test('equal runs are said to be equal', async () => {
  const { view, comparison } = await made((names) => ({ ...curvesOf(names), differences: [] }));
  comparison.show(['a', 'b']);
  await until(() => part(view, '.rc-same').textContent?.startsWith('Nothing'), 'the sentence');
});

test('another axis is asked for, another curve is not', async () => {
  const { view, comparison, asked, lines } = await made();
  comparison.show(['a']);
  await until(() => lines().length === 1, 'one line');
  const before = lines()[0].getAttribute('d');
  part(view, '[value=loss]').click();
  equal([asked.length, lines()[0].getAttribute('d') === before, parts(view, '.plot-marks g').length], [1, false, 0]);
  part(view, '[value=seconds]').click();
  await until(() => texts(view, '.plot-title')[0] === 'Seconds of training', 'the title');
  equal(asked.at(-1), [['a'], 'seconds']);
});

test('smoothing and the logarithmic scale change the line', async () => {
  const { view, comparison, lines } = await made();
  comparison.show(['a']);
  await until(() => lines().length === 1, 'one line');
  const seen = new Set([lines()[0].getAttribute('d')]);
  const slider = part(view, '.rc-smooth input', HTMLInputElement);
  slider.value = '0.9';
  slider.dispatchEvent(new Event('input'));
  equal(part(view, '.rc-smooth b').textContent, '0.90');
  seen.add(lines()[0].getAttribute('d'));
  part(view, '.rc-log input').click();
  seen.add(lines()[0].getAttribute('d'));
  equal(seen.size, 3);
});

test('the legend reads the values at the cursor', async () => {
  const { view, comparison, lines } = await made();
  comparison.show(['a']);
  await until(() => lines().length === 1, 'one line');
  part(view, '.rc-plot svg', SVGElement).dispatchEvent(new KeyboardEvent('keydown', { key: 'Home' }));
  equal(texts(view, '.rc-legend b'), ['5.000']);
});

test('an answer that came too late is dropped', async () => {
  /** @type {(() => void)[]} */
  const waiting = [];
  const view = await runsTemplate();
  const comparison = new Comparison(view, CONSTANTS, (names) => new Promise((resolve) => waiting.push(() => resolve(curvesOf(names)))));
  comparison.show(['a']);
  comparison.show(['b']);
  waiting[1]();
  await until(() => texts(view, '.rc-legend span').join() === 'b', 'the second choice');
  waiting[0]();
  await new Promise((resolve) => setTimeout(resolve, 20));
  equal(texts(view, '.rc-legend span'), ['b']);
});

test('the chart is saved as it is drawn, with the runs as its legend', async () => {
  const { view, comparison, lines } = await made();
  const files = saved();
  comparison.show(['a', 'b']);
  await until(() => lines().length === 2, 'two lines');
  part(view, '[data-chart=svg]').click();
  await until(() => files.length === 1, 'the file');
  equal(files[0].name, 'a-b-chart.svg');
  const text = await files[0].blob.text();
  ok(text.includes('Validation loss over steps') && text.includes('With lr 0.002 instead of 0.001'), text);
});
