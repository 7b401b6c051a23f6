// Counts over expected counts, and the share of one word as the draws add up.

const root = element.querySelector('.draws');
const part = (name) => root.querySelector(name);
const range = part('input[type="range"]');
const box = part('.n');
const seed = part('.seed');
const follow = part('select');
let state = null;
let found = null;
let rows = [];

const ROUND = [1, 2, 5]; // the slider stops at 1, 2, 5, 10, 20, 50, …
function roundNumber(exponent) {
  const power = 10 ** Math.floor(exponent);
  const lead = 10 ** exponent / power;
  return power * ROUND.reduce((best, step) => (Math.abs(Math.log(step / lead)) < Math.abs(Math.log(best / lead)) ? step : best), 10);
}

function commit(changes) {
  Object.assign(state, changes);
  props.value = JSON.stringify(state);
  trigger('input');
  ask(props.value);
}

range.addEventListener('input', () => {
  box.value = Math.min(1e6, roundNumber(+range.value));
  range.setAttribute('aria-valuetext', `${box.value} draws`);
  commit({ n: box.valueAsNumber });
});
box.addEventListener('input', () => {
  if (!box.checkValidity() || box.value === '') return;
  range.value = Math.log10(box.valueAsNumber);
  commit({ n: box.valueAsNumber });
});
seed.addEventListener('input', () => {
  if (seed.checkValidity() && seed.value !== '') commit({ seed: seed.valueAsNumber });
});
follow.addEventListener('change', () => commit({ follow: follow.value }));

function makeRow() {
  const row = {
    word: node('span', { class: 'word' }),
    due: node('i', { class: 'due' }), drawn: node('i', { class: 'drawn' }), band: node('i', { class: 'band' }),
    count: node('span', { class: 'num strong' }), expected: node('span', { class: 'num' }),
  };
  row.item = node('li', {}, row.word, node('span', { class: 'track', 'aria-hidden': 'true' }, row.due, row.drawn, row.band),
    row.count, row.expected);
  return row;
}

const few = (expected) => (expected === 0 ? '0' : expected < 0.05 ? '<0.1' : expected < 1000 ? expected.toFixed(1) : fmt.whole(expected));

function drawCounts() {
  part('.counts').classList.toggle('wide', state.source === 'model');
  const shown = [...found.rows];
  if (found.tail.tokens) shown.push({ ...found.tail, word: `${fmt.whole(found.tail.tokens)} others` });
  const most = Math.max(...shown.map((row) => Math.max(row.high, row.expected, row.count)), 1);
  while (rows.length > shown.length) rows.pop().item.remove();
  while (rows.length < shown.length) {
    rows.push(makeRow());
    part('.counts').append(rows.at(-1).item);
  }
  shown.forEach((token, i) => {
    const row = rows[i];
    const at = (count) => `${100 * count / most}%`;
    setText(row.word, visible(token.word));
    row.due.style.width = at(token.expected);
    row.drawn.style.width = at(token.count);
    row.band.style.left = at(token.low);
    row.band.style.width = at(token.high - token.low);
    row.item.classList.toggle('outside', token.expected < token.low || token.expected > token.high);
    row.item.classList.toggle('followed', token.word === found.follow.word);
    row.item.classList.toggle('never', token.expected === 0);
    setText(row.count, fmt.whole(token.count));
    setText(row.expected, few(token.expected));
  });
}

function drawFollow() {
  const words = found.rows.map((row) => row.word);
  if (words.join('\n') !== [...follow.options].map((option) => option.value).join('\n')) {
    follow.replaceChildren(...words.map((word) => node('option', { value: word, text: visible(word) })));
  }
  follow.value = found.follow.word;
  setText(part('.tell'), found.follow.text);
  const plot = part('.plot');
  const width = Math.max(240, root.clientWidth);
  const height = 190;
  const { p, n, share } = found.follow;
  const left = 50;
  const right = width - 8;
  const top = 8;
  const bottom = height - 34;
  const most = Math.min(1, Math.max(2.2 * p, Math.max(...share.slice(Math.floor(share.length / 3))) * 1.1, 0.002));
  const end = Math.max(Math.log10(found.n), 1);
  const x = (draws) => left + (right - left) * Math.log10(draws) / end;
  const y = (value) => bottom - (bottom - top) * Math.min(1, Math.max(0, value / most));
  plot.replaceChildren();
  setAttrs(plot, { viewBox: `0 0 ${width} ${height}`, width, height });
  svgNode('title', { text: `Share of ${found.follow.word} in 1 to ${found.n} draws, closing in on ${share.at(-1).toPrecision(3)}; its probability is ${p.toPrecision(3)}` }, plot);
  const whole = Math.ceil(end);
  for (let d = 0; d <= whole; d += 1) {
    if (d > end + 1e-9) break;
    svgNode('text', { x: x(10 ** d), y: bottom + 16, 'text-anchor': d === 0 ? 'start' : x(10 ** d) > right - 20 ? 'end' : 'middle', text: fmt.whole(10 ** d) }, plot);
  }
  svgNode('text', { x: (left + right) / 2, y: height - 4, 'text-anchor': 'middle', text: 'draws so far' }, plot);
  for (const tick of ticks(0, most, 4)) {
    svgNode('line', { class: 'grid', x1: left, x2: right, y1: y(tick), y2: y(tick) }, plot);
    svgNode('text', { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end', text: `${+(100 * tick).toPrecision(3)} %` }, plot);
  }
  const reach = (draws) => 1.96 * Math.sqrt(p * (1 - p) / draws);
  const grid = Array.from({ length: 61 }, (_, i) => 10 ** (Math.log10(found.n) * i / 60));
  const upper = grid.map((draws) => `${x(draws).toFixed(1)} ${y(p + reach(draws)).toFixed(1)}`);
  const lower = grid.map((draws) => `${x(draws).toFixed(1)} ${y(p - reach(draws)).toFixed(1)}`).reverse();
  svgNode('path', { class: 'funnel', d: `M${upper.join('L')}L${lower.join('L')}Z` }, plot);
  svgNode('line', { class: 'p', x1: left, x2: right, y1: y(p), y2: y(p) }, plot);
  svgNode('path', { class: 'share', d: n.map((draws, i) => `${i ? 'L' : 'M'}${x(draws).toFixed(1)} ${y(share[i]).toFixed(1)}`).join('') }, plot);
  svgNode('circle', { class: 'last', cx: x(found.n), cy: y(share.at(-1)), r: 3.5 }, plot);
}

function draw() {
  if (!found) return;
  drawCounts();
  drawFollow();
}

const ask = whenSeen(root, async (asked) => {
  const answer = await server.draws(parse(asked));
  if (!usable(answer, part('.problem'))) return;
  found = answer;
  draw();
  root.dataset.drawn = asked;
});

function read() {
  const next = parse(props.value);
  if (!next) return;
  state = next;
  if (document.activeElement !== box) box.value = state.n;
  if (document.activeElement !== range) range.value = Math.log10(state.n);
  range.setAttribute('aria-valuetext', `${state.n} draws`);
  if (document.activeElement !== seed) seed.value = state.seed;
  ask(props.value);
}
onResize(root, draw);
watch('value', read);
read();
