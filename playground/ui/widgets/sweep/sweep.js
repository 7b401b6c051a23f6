// Probability over temperature, one line a word; below it the entropy; a marker where the temperature stands.

const root = element.querySelector('.sweep');
const part = (name) => root.querySelector(name);
const DASHES = ['', '7 3', '2 3', '10 3 2 3', '4 2', '1 2', '12 4', '6 2 1 2', '3 5'];
let found = null;

/** Places for labels at the right edge, none nearer than `gap` to the next, in the order of the lines' ends. */
function spread(places, gap, top, bottom) {
  const order = places.map((place, i) => [place, i]).sort((a, b) => a[0] - b[0]);
  let last = top - gap;
  for (const item of order) last = item[0] = Math.max(item[0], last + gap);
  let limit = bottom + gap;
  for (const item of order.reverse()) limit = item[0] = Math.min(item[0], limit - gap);
  return order.reduce((all, [place, i]) => { all[i] = place; return all; }, []);
}

function draw() {
  if (!found) return;
  const plot = part('.plot');
  const width = Math.max(260, root.clientWidth);
  const height = width < 480 ? 400 : 486;
  const left = 42;
  const right = width - 78;
  const split = height - 132;
  const [top, low, bottom] = [8, split + 30, height - 34];
  const span = Math.log(found.temperatures.at(-1) / found.temperatures[0]);
  const x = (t) => left + (right - left) * Math.log(Math.max(t, found.temperatures[0]) / found.temperatures[0]) / span;
  const y = (p) => split - (split - top) * p;
  const most = Math.max(1, Math.ceil(Math.max(...found.entropy)));
  const bits = (entropy) => bottom - (bottom - low) * entropy / most;
  plot.replaceChildren();
  setAttrs(plot, { viewBox: `0 0 ${width} ${height}`, width, height });
  svgNode('title', { text: `Probabilities and entropy at temperatures from ${found.temperatures[0]} to 5` }, plot);
  for (const p of [0, 0.25, 0.5, 0.75, 1]) {
    svgNode('line', { class: 'grid', x1: left, x2: right, y1: y(p), y2: y(p) }, plot);
    svgNode('text', { x: left - 6, y: y(p) + 4, 'text-anchor': 'end', text: `${100 * p} %` }, plot);
  }
  for (const tick of ticks(0, most, 3, true)) {
    svgNode('line', { class: 'grid', x1: left, x2: right, y1: bits(tick), y2: bits(tick) }, plot);
    svgNode('text', { x: left - 6, y: bits(tick) + 4, 'text-anchor': 'end', text: String(tick) }, plot);
  }
  svgNode('text', { x: left, y: low - 8, text: 'entropy in bits' }, plot);
  for (const t of [0.05, 0.1, 0.2, 0.5, 1, 2, 5]) {
    svgNode('line', { class: 'tick', x1: x(t), x2: x(t), y1: bottom, y2: bottom + 4 }, plot);
    svgNode('text', { x: x(t), y: bottom + 17, 'text-anchor': 'middle', text: String(t) }, plot);
  }
  svgNode('text', { x: (left + right) / 2, y: height - 3, 'text-anchor': 'middle', text: 'temperature' }, plot);
  const path = (values, place) => values.map((v, i) => `${i ? 'L' : 'M'}${x(found.temperatures[i]).toFixed(1)} ${place(v).toFixed(1)}`).join('');
  const labels = spread(found.lines.map((line) => y(line.p.at(-1)) + 4), 13, top + 8, split + 12);
  found.lines.forEach((line, i) => {
    const look = { stroke: `var(--pg-${1 + i % 6})`, 'stroke-dasharray': DASHES[i % DASHES.length] };
    svgNode('path', { class: 'line', d: path(line.p, y), ...look }, plot);
    svgNode('path', { class: 'lead', d: `M${right} ${y(line.p.at(-1))}L${right + 8} ${labels[i] - 4}`, stroke: look.stroke }, plot);
    svgNode('text', { x: right + 11, y: labels[i], class: 'name', text: visible(line.word).slice(0, 9) }, plot);
  });
  svgNode('path', { class: 'line entropy', d: path(found.entropy, bits) }, plot);
  const here = x(found.now);
  svgNode('line', { class: 'now', x1: here, x2: here, y1: top, y2: bottom }, plot);
  found.here.forEach((p, i) => svgNode('circle', { cx: here, cy: y(p), r: 3.5, fill: `var(--pg-${1 + i % 6})` }, plot));
  svgNode('circle', { cx: here, cy: bits(found.entropy_here), r: 3.5, class: 'dot' }, plot);
  const best = found.here.indexOf(Math.max(...found.here));
  setText(part('.here'), `At T = ${+found.now.toPrecision(4)}: ${found.lines[best].word.trim()} ${share(found.here[best])}, `
    + `${found.entropy_here.toFixed(3)} bits.`);
}

const ask = whenSeen(root, async (asked) => {
  const answer = await server.sweep(parse(asked));
  if (!usable(answer, part('.problem'))) return;
  found = answer;
  draw();
  root.dataset.drawn = asked;
});
const read = () => props.value && ask(props.value);
onResize(root, draw);
watch('value', read);
read();
