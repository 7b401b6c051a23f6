// The tree of a beam search, left to right: a box is a token of a beginning that was kept; the marks say what became of it.

const find = (selector) => element.querySelector(selector);
const svg = find('svg');
const COLUMN = 104;
const ROW = 30;
const BOX = 84;
const MARKS = { finished: '■', outscored: '□', died: '×', 'left over': '…', 'goes on': '' };
let found = null;
let chosen = 0;

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
  setAttrs(svg, { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${found.nodes.length} tokens of beams that were kept` });
  svg.replaceChildren();
  const way = wayTo(found.texts[chosen].node);
  const x = (node) => (node.depth - 1) * COLUMN + 24;
  const y = (node) => node.row * ROW + 16;
  for (const [number, node] of found.nodes.entries()) {
    const from = found.nodes[node.parent];
    const [x0, y0] = from ? [x(from) + BOX, y(from)] : [6, ROW / 2 + 1];
    const middle = (x0 + x(node)) / 2;
    svgNode('path', { class: way.has(number) ? 'edge way' : 'edge', d: `M${x0} ${y0}C${middle} ${y0} ${middle} ${y(node)} ${x(node)} ${y(node)}` }, svg);
  }
  svgNode('circle', { class: 'root', cx: 6, cy: ROW / 2 + 1, r: 4 }, svg);
  for (const [number, node] of found.nodes.entries()) {
    const group = svgNode('g', { class: `beam ${node.fate.replace(' ', '-')}${way.has(number) ? ' way' : ''}` }, svg);
    const shade = `fill: ${shadeOf(node, 'probability')}`;
    svgNode('rect', { x: x(node), y: y(node) - 11, width: BOX, height: 22, rx: 4, style: shade }, group);
    const name = nameOf(node.text);
    svgNode('text', { x: x(node) + 6, y: y(node) + 4, text: name.length > 9 ? `${name.slice(0, 8)}…` : name }, group);
    svgNode('text', { class: 'mark', x: x(node) + BOX - 5, y: y(node) + 4, 'text-anchor': 'end', text: MARKS[node.fate] }, group);
    svgNode('title', { text: sentence(node) }, group);
    group.addEventListener('pointerenter', () => setText(find('.beams-why'), sentence(node)));
  }
}

const sentence = (node) => `“${nameOf(node.text)}” ${percent(node.p)}; log probability so far ${node.total.toFixed(2).replace('-', '−')}; ${node.why}`;

function drawTexts() {
  const score = (value) => value.toFixed(3).replace('-', '−');
  find('.beams-texts').replaceChildren(
    ...found.texts.map((text, k) => {
      const says = [node('span', { class: 'beam-score', text: score(text.score) }), node('span', { class: 'beam-text' }, node('b', { text: found.prompt }), text.text)];
      const pick = () => {
        chosen = k;
        draw();
      };
      return node('li', {}, node('button', { type: 'button', class: 'beam-pick', 'aria-pressed': String(k === chosen), onclick: pick }, ...says));
    }),
  );
}

function draw() {
  find('.beams-found').hidden = !found;
  if (!found) return;
  drawTexts();
  drawTree();
  setText(find('.beams-why'), 'Each box is a token of a beginning that was kept. ■ complete, □ complete but beaten, × no continuation was among the best, … cut short. Point at a box to see why.');
}

function update() {
  const value = parse(props.value);
  setText(find('.desk-error'), value?.error ?? '');
  setText(find('.beams-status'), value?.busy ? 'Searching …' : '');
  find('.beams-search').disabled = !!value?.busy;
  if (value?.texts) [found, chosen] = [value, 0];
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
