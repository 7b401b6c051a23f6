import { equal, ok, test } from '/tests/check.js';
import { saved } from '/tests/saving/saved.js';
import { node, svgNode } from '/widgets/lib/dom.js';
import { pngOf, saveChart } from '/widgets/saving/chart_file.js';

function drawing() {
  document.body.replaceChildren(node('div'));
  const svg = svgNode('svg', { viewBox: '0 0 200 100' }, document.body);
  svgNode('rect', { width: 200, height: 100, fill: '#ff0000' }, svg);
  return { svg, title: 'river 😀', sentence: 'It learns.', keys: [] };
}

test('an SVG file has the name of the run', async () => {
  const files = saved();
  await saveChart(drawing(), 'svg', 'a river/chart');
  equal([files[0].name, files[0].blob.type], ['a-river-chart.svg', 'image/svg+xml']);
  ok((await files[0].blob.text()).startsWith('<svg'), 'no SVG');
});

test('a PNG has two pixels for each of the chart, with its colours', async () => {
  const files = saved();
  await saveChart(drawing(), 'png', 'river');
  const image = await createImageBitmap(files[0].blob);
  equal(image.width, 2 * (200 + 32));
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  context?.drawImage(image, 0, 0);
  equal([...(context?.getImageData(200, 100, 1, 1).data ?? [])], [255, 0, 0, 255]);
});

test('what is no picture is refused', async () => {
  let refused = false;
  await pngOf({ text: 'no svg', width: 1, height: 1 }).catch(() => { refused = true; });
  ok(refused, 'it was taken');
});
