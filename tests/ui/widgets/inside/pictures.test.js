import { equal, ok, test, until } from '/tests/check.js';
import { HEADS, look, PICTURE } from '/tests/inside/fixtures.js';
import { texts } from '/tests/mounting.js';
import { saved } from '/tests/saving/saved.js';
import { node, parts } from '/widgets/lib/dom.js';
import { drawing, headsSvg, lookedSvg, makeSaving, page } from '/widgets/inside/pictures.js';

const WHOSE = { layer: null, head: null };
const shown = () => ({ look: look(), picture: PICTURE, names: HEADS.names, whose: WHOSE, root: document.body });

test('the shaded text is drawn with a shade for each token, long ones in lines', () => {
  equal([texts(lookedSvg(look()), 'text'), lookedSvg(look()).querySelectorAll('rect').length], [['The', ' rain', ' had', ' stop'], 4]);
  const long = Array.from({ length: 400 }, () => ({ t: ' something' }));
  const svg = lookedSvg(look({ seen: long, row: long.map(() => 0.01) }));
  ok(svg.viewBox.baseVal.height > 300, 'one line only');
});

test('all heads are drawn with their names', () => {
  ok(texts(headsSvg(look(), HEADS.names), 'text').includes('previous token'), 'no name');
});

test('a view that is not there has no drawing', () => {
  equal(drawing({ ...shown(), picture: null }, 'layers'), null);
  equal(drawing({ ...shown(), look: null }, 'looked'), null);
  ok(drawing(shown(), 'layers')?.sentence.includes('never trained to be read this way'), 'no warning');
});

test('the views are saved as SVG, as PNG and as one page, with what they say', async () => {
  const files = saved();
  document.body.replaceChildren(makeSaving(shown));
  const [svg, png, ...others] = parts(document.body, '.sv-list button');
  svg.click();
  await until(() => files.length === 1, 'the SVG');
  png.click();
  await until(() => files.length === 2, 'the PNG');
  others.at(-1)?.click();
  await until(() => files.length === 3, 'the page');
  equal(files.map(({ name }) => name), ['looked-tale-40.svg', 'looked-tale-40.png', 'inside.html']);
  ok((await files[0].blob.text()).includes('It does not prove that the word was chosen because of it'), 'the sentence is missing');
  equal(document.body.querySelectorAll('body > svg').length, 0);
});

test('the page holds all pictures and what was switched off, and user text as text', () => {
  document.body.replaceChildren(
    node('div', { class: 'in-off' }, node('p', { class: 'in-say', text: 'Without <b>it</b>, “ped” falls.' })),
    node('ol', { class: 'in-bars' }, node('li', {}, node('span', { class: 'in-word', text: '<i>' }), node('span', { class: 'in-num', text: '1 %' }))));
  const html = page(shown());
  const read = new DOMParser().parseFromString(html, 'text/html');
  equal([read.querySelectorAll('img').length, read.querySelectorAll('b, i').length], [3, 0]);
  ok(read.body.textContent?.includes('Without <b>it</b>, “ped” falls.'), 'the effect is missing');
});
