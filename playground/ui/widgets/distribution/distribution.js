// The state goes to the server, one exact picture comes back: bars, waterfall and table are three views of it.

const root = element.querySelector('.distribution');
const part = (name) => root.querySelector(name);
const drawBars = bars(part('.candidates'));
const drawFalls = waterfall(part('.stages'));
const log = part('.log input');
let picture = null;

function drawPath() {
  const chips = ['logits'];
  for (const step of picture.steps.slice(1)) chips.push(step.chip, ...(step.cut_count ? ['cut: −∞'] : []));
  part('.path').replaceChildren(...[...chips, 'softmax', 'draw'].map((text) => node('span', { text })));
}

function drawTable() {
  if (!part('.table').open) return;
  const steps = picture.steps.slice(1);
  const row = (word, logit, i) => [word, logit, scientific(picture.steps[0].p[i]),
    ...steps.map((step) => (step.cut[i] && step.p[i] === 0 ? 'cut' : scientific(step.p[i])))];
  const rows = picture.rows.map((token, i) => row(visible(token.word), String(token.logit), i));
  if (picture.tail.count) rows.push(row(`${fmt.whole(picture.tail.count)} others`, '', picture.rows.length));
  const bits = picture.steps.map((step) => step.entropy.toFixed(3));
  rows.push(['entropy in bits', '', ...bits]);
  fillTable(part('.table table'), [picture.kind === 'toy' ? 'word' : 'token', 'logit', 'softmax',
    ...steps.map((step) => `${step.label} ${step.setting}`)], rows);
}

/** What there is to say about the token that was looked for. */
function findings() {
  const found = picture.rows.find((row) => row.pinned);
  return found ? ` ${visible(found.word)} is token ${found.id}, number ${fmt.whole(found.rank)} of ${fmt.whole(picture.size)} by probability.` : '';
}

function draw() {
  if (!picture) return;
  drawBars(picture, log.checked);
  drawFalls(picture);
  drawPath();
  drawTable();
  const { before, after } = picture;
  setText(part('.summary'), `Entropy ${before.entropy.toFixed(3)} → ${after.entropy.toFixed(3)} bits: as unsure as a fair `
    + `draw among ${choices(before.choices)} → ${choices(after.choices)}.${findings()}`);
  setText(part('.notes'), picture.notes.join(' '));
  part('.notes').hidden = !picture.notes.length;
}

const refresh = newest(async (state) => {
  const answer = await server.trace(parse(state));
  if (!usable(answer, part('.problem'))) return;
  picture = answer;
  draw();
  root.dataset.drawn = state;
});

function read() {
  const state = parse(props.value);
  if (!state) return;
  log.checked = state.log;
  refresh(props.value);
}

log.addEventListener('change', () => {
  props.value = JSON.stringify({ ...parse(props.value), log: log.checked });
  draw();
  trigger('input');
});
part('.table').addEventListener('toggle', () => picture && drawTable());
watch('value', read);
read();
