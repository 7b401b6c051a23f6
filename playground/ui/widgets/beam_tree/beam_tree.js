// The tree of a beam search, left to right: a box is a token of a beginning that was kept; the marks say what became of it.
// Arrow keys walk it: right to the first child, left to the parent, up and down within a column.

const find = (selector) => element.querySelector(selector);
const svg = find('svg');
const COLUMN = 104;
const ROW = 30;
const BOX = 84;
const MARKS = { finished: '■', outscored: '□', died: '×', 'left over': '…', 'goes on': '' };
const HINT = 'Point at a box to see why, or walk the tree by arrow keys.';
let found = null;
let chosen = 0;
let boxes = []; // one for each node; the box that Tab comes to has tabindex 0

/** All nodes from the prompt to node `number`. */
function wayTo(number) {
  const way = new Set();
  for (let at = number; at != null; at = found.nodes[at].parent) way.add(at);
  return way;
}

/** A row for every node: a child stands on its parent's row where that is free, else on the next free one of its column. */
function place() {
  const taken = [];
  for (const node of found.nodes) {
    const column = (taken[node.depth] ??= new Set());
    let row = node.parent == null ? 0 : found.nodes[node.parent].row;
    for (let off = 0; column.has(row); off++) row = off;
    column.add(row);
    node.row = row;
  }
}

function drawTree() {
  place();
  const depth = Math.max(...found.nodes.map((node) => node.depth));
  const rows = 1 + Math.max(...found.nodes.map((node) => node.row));
  const [width, height] = [(depth + 1) * COLUMN, rows * ROW + 8];
  setAttrs(svg, { width, height, viewBox: `0 0 ${width} ${height}`, role: 'tree', 'aria-label': `${found.nodes.length} tokens of beginnings that were kept` });
  svg.replaceChildren();
  const x = (node) => (node.depth - 1) * COLUMN + 24;
  const y = (node) => node.row * ROW + 16;
  found.nodes.forEach((node) => {
    const from = found.nodes[node.parent];
    const [x0, y0] = from ? [x(from) + BOX, y(from)] : [6, ROW / 2 + 1];
    const middle = (x0 + x(node)) / 2;
    svgNode('path', { class: 'edge', d: `M${x0} ${y0}C${middle} ${y0} ${middle} ${y(node)} ${x(node)} ${y(node)}` }, svg);
  });
  svgNode('circle', { class: 'root', cx: 6, cy: ROW / 2 + 1, r: 4 }, svg);
  boxes = found.nodes.map((node, number) => {
    const says = sentence(node);
    const box = svgNode('g', { class: `beam ${node.fate.replace(' ', '-')}`, role: 'treeitem', 'aria-level': node.depth, 'aria-label': says, tabindex: -1 }, svg);
    svgNode('rect', { x: x(node), y: y(node) - 11, width: BOX, height: 22, rx: 4, style: `fill: ${shadeOf(node, 'probability')}` }, box);
    const name = nameOf(node.text);
    svgNode('text', { x: x(node) + 6, y: y(node) + 4, text: name.length > 9 ? `${name.slice(0, 8)}…` : name }, box);
    svgNode('text', { class: 'mark', x: x(node) + BOX - 5, y: y(node) + 4, 'text-anchor': 'end', text: MARKS[node.fate] }, box);
    svgNode('title', { text: says }, box);
    const explain = () => setText(find('.beams-why'), says);
    box.addEventListener('pointermove', explain); // not on entering: a tree that scrolls brings boxes under a pointer at rest
    box.addEventListener('focus', () => {
      boxes.forEach((other) => other.setAttribute('tabindex', other === box ? 0 : -1));
      explain();
    });
    box.addEventListener('keydown', (event) => walk(event, number));
    return box;
  });
}

/** The node that a key leads to from node `number`, or undefined. */
function nextNode(key, number) {
  const { nodes } = found;
  const { parent, depth, row } = nodes[number];
  const numbers = [...nodes.keys()];
  if (key === 'ArrowLeft') return parent ?? undefined;
  if (key === 'ArrowRight') {
    const children = numbers.filter((other) => nodes[other].parent === number);
    return children.find((child) => boxes[child].classList.contains('way')) ?? children[0];
  }
  if (key === 'Home') return 0;
  if (key === 'End') return found.texts[chosen].node;
  const side = { ArrowUp: -1, ArrowDown: 1 }[key];
  return numbers.filter((other) => nodes[other].depth === depth && (nodes[other].row - row) * side > 0)
    .sort((a, b) => (nodes[a].row - nodes[b].row) * side)[0];
}

function walk(event, number) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key)) return;
  event.preventDefault();
  const next = boxes[nextNode(event.key, number)];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); // whole: a browser may leave a focused box in part
}

const sentence = (node) => `“${nameOf(node.text)}” ${percent(node.p)}; log probability so far ${node.total.toFixed(2).replace('-', '−')}; ${node.why}`;

function drawTexts() {
  const score = (value) => value.toFixed(3).replace('-', '−');
  find('.beams-texts').replaceChildren(
    ...found.texts.map((text, k) => {
      const says = [node('span', { class: 'beam-score', text: score(text.score) }), node('span', { class: 'beam-text written' }, node('b', { text: found.prompt }), text.text)];
      return node('li', {}, node('button', { type: 'button', class: 'beam-pick', onclick: () => choose(k) }, ...says));
    }),
  );
}

/** Mark a text and its way through the tree, which Tab then comes to. */
function choose(k) {
  chosen = k;
  element.querySelectorAll('.beam-pick').forEach((button, i) => button.setAttribute('aria-pressed', String(i === k)));
  const way = wayTo(found.texts[k].node);
  const edges = svg.querySelectorAll('.edge');
  boxes.forEach((box, number) => {
    for (const part of [box, edges[number]]) part.classList.toggle('way', way.has(number));
    box.setAttribute('tabindex', number === Math.min(...way) ? 0 : -1);
  });
  setText(find('.beams-why'), HINT);
}

function draw() {
  find('.beams-found').hidden = !found;
  if (!found) return;
  drawTexts();
  drawTree();
  choose(0);
}

function update() {
  const value = parse(props.value);
  setText(find('.desk-error'), value?.error ?? '');
  setText(find('.beams-status'), value?.busy ? 'Searching …' : '');
  find('.beams-search').disabled = !!value?.busy;
  if (value?.texts) found = value;
  draw();
}

find('.beams-search').addEventListener('click', () => {
  find('.beams-search').disabled = true;
  setText(find('.beams-status'), 'Searching …');
  trigger('search');
});
for (const button of element.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', () => {
    const { run, step } = JSON.parse(found.receipt.json);
    handOut(button.dataset.copy, found.receipt, `${run}-${step}-beams`);
  });
}
watch('value', update);
update();
