// Grouped bars as in the book, each temperature with a pattern of its own, and every figure of them as a table.

const root = element.querySelector('.grouped');
const part = (name) => root.querySelector(name);
const id = `grouped-${Math.random().toString(36).slice(2)}`;
let found = null;
let words = '';

function patterns(plot) {
  const defs = svgNode('defs', {}, plot);
  const make = (i, size) => svgNode('pattern', { id: `${id}-${i}`, width: size, height: size, patternUnits: 'userSpaceOnUse' }, defs);
  svgNode('rect', { width: 4, height: 4, class: 's0' }, make(0, 4));
  const lines = make(1, 6);
  svgNode('rect', { width: 6, height: 6, class: 's1 light' }, lines);
  svgNode('path', { d: 'M0 6L6 0M-1.5 1.5L1.5 -1.5M4.5 7.5L7.5 4.5', class: 's1 pen' }, lines);
  const dots = make(2, 5);
  svgNode('rect', { width: 5, height: 5, class: 's2 light' }, dots);
  svgNode('circle', { cx: 2.5, cy: 2.5, r: 1.4, class: 's2' }, dots);
}

function draw() {
  if (!found) return;
  const plot = part('.plot');
  const width = Math.max(260, root.clientWidth);
  const height = 250;
  const [left, right, top] = [44, width - 4, 8];
  const narrow = (right - left) / found.words.length < 58;
  const bottom = height - (narrow ? 62 : 24);
  const y = (p) => bottom - (bottom - top) * p;
  const step = (right - left) / found.words.length;
  const bar = step * 0.78 / 3;
  plot.replaceChildren();
  setAttrs(plot, { viewBox: `0 0 ${width} ${height}`, width, height });
  svgNode('title', { text: 'Probabilities of the words at temperatures 1, 0.1 and 5' }, plot);
  patterns(plot);
  for (const p of [0, 0.25, 0.5, 0.75, 1]) {
    svgNode('line', { class: 'grid', x1: left, x2: right, y1: y(p), y2: y(p) }, plot);
    svgNode('text', { x: left - 6, y: y(p) + 4, 'text-anchor': 'end', text: `${100 * p} %` }, plot);
  }
  found.words.forEach((word, w) => {
    const start = left + step * (w + 0.11);
    found.columns.forEach((column, i) => {
      const rect = svgNode('rect', { class: `bar s${i}`, x: start + i * bar, width: Math.max(1, bar - 1), y: y(column.p[w]),
        height: Math.max(0, bottom - y(column.p[w])), fill: `url(#${id}-${i})` }, plot);
      svgNode('title', { text: `${word} at T = ${column.temperature}: ${share(column.p[w])}` }, rect);
    });
    const x = left + step * (w + 0.5);
    svgNode('text', { class: 'word', x, y: bottom + (narrow ? 8 : 16), 'text-anchor': narrow ? 'end' : 'middle',
      ...(narrow ? { transform: `rotate(-60 ${x} ${bottom + 8})` } : {}), text: word.length > 12 ? `${word.slice(0, 11)}…` : word }, plot);
  });
  part('.keys').replaceChildren(...found.columns.map((column, i) => {
    const mark = svgNode('svg', { width: 16, height: 10, 'aria-hidden': 'true' });
    svgNode('rect', { x: 0.5, y: 0.5, width: 15, height: 9, class: `bar s${i}`, fill: `url(#${id}-${i})` }, mark);
    return node('span', {}, mark, `T = ${column.temperature}`);
  }));
}

function drawTable() {
  const short = (p) => (p === 0 ? '0' : p >= 1e-4 ? p.toFixed(4) : p.toExponential(3));
  const head = ['word', 'logit', 'softmax', ...found.columns.slice(1).map((c) => `T = ${c.temperature}`), `top-k ${found.k}: logit`, 'softmax',
    ...found.columns.map((c) => `drawn, T = ${c.temperature}`)];
  const rows = found.words.map((word, i) => [word, String(found.logits[i]), scientific(found.columns[0].p[i]),
    ...found.columns.slice(1).map((c) => short(c.p[i])), found.top_k[i] ? String(found.logits[i]) : '−∞', short(found.top_k[i]),
    ...found.columns.map((c) => fmt.whole(c.counts[i]))]);
  rows.push(['entropy, bits', '', ...found.columns.map((c) => c.entropy.toFixed(3)), '', '', '', '', '']);
  fillTable(part('table'), head, rows);
  setText(part('.note'), `The likeliest word is ${found.likeliest}. Drawn: ${fmt.whole(found.draws)} single draws under seed ${found.seed}.`);
}

const load = newest(async (state) => {
  const answer = await server.chapter(parse(state));
  if (!usable(answer, part('.problem'))) return;
  found = answer;
  draw();
  drawTable();
  root.dataset.drawn = words;
});

function read() {
  const state = parse(props.value);
  if (!state || JSON.stringify(state.words) === words) return; // nothing else matters here
  words = JSON.stringify(state.words);
  load(props.value);
}

root.querySelectorAll('[data-suffix]').forEach((button) => button.addEventListener('click', async () => {
  button.disabled = true;
  const answer = await server.save({ state: parse(props.value), suffix: button.dataset.suffix });
  button.disabled = false;
  if (!usable(answer, part('.problem'))) return;
  const bytes = Uint8Array.from(atob(answer.data), (character) => character.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes]));
  node('a', { href: address, download: answer.name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}));
onResize(root, draw);
watch('value', read);
read();
