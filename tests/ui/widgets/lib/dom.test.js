import { equal, ok, test } from '/tests/check.js';
import { fillTable, node, part, parts, setText, svgNode } from '/widgets/lib/dom.js';

test('text never becomes markup', () => {
  const made = node('p', { text: '<b onclick="x">' }, '<i>');
  equal([made.children.length, made.textContent], [0, '<b onclick="x"><i>']);
});

test('attributes of false and null are left out, true is empty', () => {
  const made = node('button', { hidden: true, disabled: false, title: null, 'data-n': 3 });
  equal(made.outerHTML, '<button hidden="" data-n="3"></button>');
});

test('a function is a listener', () => {
  let clicks = 0;
  node('button', { onclick: () => clicks++ }).click();
  equal(clicks, 1);
});

test('an SVG node is appended to its parent', () => {
  const svg = svgNode('svg');
  svgNode('line', { x1: 4 }, svg);
  equal(svg.innerHTML, '<line x1="4"></line>');
});

test('a missing part of a template is an error, a present one is found', () => {
  const root = node('div', {}, node('i', { class: 'a' }), node('i', { class: 'a' }));
  equal([part(root, '.a').tagName, parts(root, '.a').length], ['I', 2]);
  let message = '';
  try {
    part(root, '.b');
  } catch (error) {
    message = String(error);
  }
  ok(message.includes('.b'), message);
});

test('text that did not change keeps its node', () => {
  const made = node('p', { text: 'same' });
  const before = made.firstChild;
  setText(made, 'same');
  ok(made.firstChild === before, 'the text node was replaced');
});

test('a table is filled with headings and rows', () => {
  const table = node('table');
  fillTable(table, ['a', 'b'], [['1', '2']]);
  equal(table.innerHTML, '<thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody>');
});
