import { equal, test } from '/tests/check.js';
import { look, PICTURE } from '/tests/inside/fixtures.js';
import { texts } from '/tests/mounting.js';
import { node, parts } from '/widgets/lib/dom.js';
import { clipped, drawLayers, drawPicture, makeLayers, pictureSvg } from '/widgets/inside/layers_view.js';

test('each part of the model has what it would say, the token’s probability and its rank, with a warning', () => {
  const root = node('div');
  document.body.replaceChildren(root);
  makeLayers(root);
  drawLayers(root, look(), 1);
  equal(texts(root, 'tbody tr:nth-child(1) > *'), ['embedding', '·the', '1.0 %', '40']);
  equal(texts(root, 'tbody tr:nth-child(5) > *'), ['1 feed-forward', 'ped', '75.0 %', '1']);
  equal(parts(root, '.in-leads').length, 2);
  equal(root.textContent?.includes('never trained to be read this way'), true);
  drawPicture(root, look(), PICTURE);
  equal(parts(root, '.in-picture svg').length, 1);
});

test('the picture has a column for each place, named by the token that came', () => {
  const svg = pictureSvg(look(), PICTURE, 800);
  const titles = texts(svg, 'title');
  equal([titles.length, titles.at(-1)], [15, 'After layer 1 feed-forward, before “ped” (75.0 %): likeliest “ped”']);
  equal(titles[12], 'After layer 1 feed-forward, before “·had” (90.0 %): likeliest “·had”');
});

test('where there is little room, the last places are shown', () => {
  const wide = { first: 0, p: [Array(20).fill(0.1)], a: [Array(20).fill(' a')] };
  const many = look({ seen: Array.from({ length: 20 }, (_, i) => ({ t: ` ${i}` })), states: look().states.slice(0, 1) });
  equal(texts(pictureSvg(many, wide, 300), 'title').length, 4);
  equal(texts(pictureSvg(many, wide, 2000), 'title').length, 20);
  equal(texts(pictureSvg(many, wide, 300), 'title')[0], 'After embedding, before “·17” (10.0 %): likeliest “·a”');
});

test('a long token is cut where its cell ends', () => {
  equal([clipped(' thousand', 46), clipped(' a', 46)], ['·thou…', '·a']);
});
