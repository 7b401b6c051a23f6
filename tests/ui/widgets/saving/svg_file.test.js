import { equal, ok, test } from '/tests/check.js';
import { node, part, svgNode } from '/widgets/lib/dom.js';
import { Plot } from '/widgets/lib/plot/plot.js';
import { svgFile } from '/widgets/saving/svg_file.js';

const STYLE = `
  :root { --pg-surface: #ffffff; --pg-text: #111111; --pg-muted: #555555; --pg-line: #dddddd; --pg-1: #0000ff; }
  .dark { --pg-surface: #000000; --pg-text: #eeeeee; }`;

/** A plot of one line. @param {{ name?: string }} [settings] */
async function plotted({ name = 'training' } = {}) {
  const style = await (await fetch('/widgets/lib/plot/plot.css')).text();
  document.head.replaceChildren(node('style', { text: `${STYLE}${style}` }));
  const host = node('div', { style: 'width: 400px' });
  document.body.replaceChildren(host);
  const plot = new Plot(host, { label: 'Loss', height: () => 200, yFormat: String, xTitle: 'Epochs' });
  plot.draw({
    xRange: [0, 2],
    series: [{ name, colour: 'var(--pg-1)', x: [0, 1, 2], y: [3, 2, 1] }],
    marks: [{ x: 1, y: 2, colour: 'var(--pg-1)', title: name }],
  });
  return plot.svg;
}

/** @param {SVGSVGElement} svg @param {object} [changes] */
function read(svg, changes) {
  const file = svgFile({ svg, title: 'A river', sentence: 'It learns.', keys: [{ text: 'training', colour: 'var(--pg-1)' }], ...changes });
  const document = new DOMParser().parseFromString(file.text, 'image/svg+xml');
  equal(document.querySelector('parsererror'), null);
  return { ...file, root: document.documentElement };
}

test('the file has no variable, class or reference to elsewhere', async () => {
  const { text, root } = read(await plotted());
  ok(!/var\(|class=|style=|href|url\((?!["']?#)/.test(text), text);
  equal(root.querySelectorAll('path[stroke="rgb(0, 0, 255)"]').length, 1);
});

test('title, legend and sentence are part of the picture', async () => {
  const { root, width, height } = read(await plotted());
  const texts = [...root.querySelectorAll('text')].map((each) => each.textContent);
  for (const text of ['A river', 'training', 'Epochs', 'It learns.']) ok(texts.includes(text), text);
  equal([root.getAttribute('width'), root.getAttribute('height')], [String(width), String(height)]);
  for (const each of root.querySelectorAll('text')) ok(Number(each.getAttribute('y')) < height, 'a text under the edge');
});

test('a long sentence is broken into lines, and the picture grows', async () => {
  const svg = await plotted();
  const long = read(svg, { sentence: 'The training loss keeps falling. '.repeat(8) });
  ok(long.height > read(svg).height + 50, 'no room for the lines');
  ok([...long.root.querySelectorAll('text')].every((each) => (each.textContent ?? '').length < 80), 'a line is too long');
});

test('the picture is light or dark as shown', async () => {
  const svg = await plotted();
  equal(read(svg).root.querySelector('rect')?.getAttribute('fill'), 'rgb(255, 255, 255)');
  document.body.classList.add('dark');
  equal(read(svg).root.querySelector('rect')?.getAttribute('fill'), 'rgb(0, 0, 0)');
  document.body.classList.remove('dark');
});

test('hidden lines are left out, and the chart on the page stays as it is', async () => {
  const svg = await plotted();
  const before = svg.outerHTML;
  const { root } = read(svg);
  equal([...root.querySelectorAll('line')].filter((line) => line.getAttribute('visibility') === 'hidden').length, 0);
  equal(svg.outerHTML, before);
  equal(part(root, 'path').getAttribute('fill'), 'none');
});

test('hostile names are characters', async () => {
  const name = '<script>alert(1)</script>\u0000&\uD800';
  const { root, text } = read(await plotted({ name }), { title: name, sentence: name });
  equal([root.querySelectorAll('script').length, root.querySelectorAll('title')[0]?.textContent], [0, '<script>alert(1)</script>\uFFFD&\uFFFD']);
  ok(text.includes('&lt;script&gt;'), 'not escaped');
});

test('a chart of another size keeps its clip path', async () => {
  const svg = await plotted();
  const { root } = read(svg);
  const clip = root.querySelector('clipPath');
  equal(root.querySelector('[clip-path]')?.getAttribute('clip-path'), `url(#${clip?.id})`);
  svgNode('g', {}, svg);
  ok(read(svg).root.querySelector('clipPath rect'), 'no shape to clip with');
});
