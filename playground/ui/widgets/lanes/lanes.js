// Texts side by side. The log's lines: {"kind":"lanes", lanes: [{title, note, step}], rated, …}, tokens with their `lane`,
// {"kind":"score", lane, …}, and start, end and error as on the desk.

const find = (selector) => element.querySelector(selector);
const grid = find('.lanes-grid');
let read = ''; // the part of the log that was taken in
let lanes = [];
let head = null;
let job = null;
let asked = false;
let stopping = false;
let error = '';

const isBusy = () => asked || job !== null;
const ratings = new Map();

function take(line) {
  const lane = lanes[line.lane];
  if (line.kind === 'start') [job, error] = [line.job, ''];
  else if (line.kind === 'error') [job, error] = [null, line.says];
  else if (line.kind === 'end') job = null;
  else if (line.kind === 'score') addScore(lane, line);
  else if (line.kind === 'lanes') begin(line);
  else add(lane, line);
}

/** Keep a token, and note where its lane leaves the first one; the first lane's token of a place comes before the others'. */
function add(lane, token) {
  const place = lane.tokens.push(token) - 1;
  if (!bySteps() && lane.parted < 0 && lanes[0].tokens[place]?.i !== token.i) lane.parted = place;
}

function begin(line) {
  head = line;
  ratings.clear();
  lanes = line.lanes.map(({ title, note, step }, number) => {
    const text = node('p', { class: 'lane-text written', 'aria-label': `Text: ${title}` });
    const foot = node('dl', { class: 'lane-score' });
    const made = node('article', { class: 'lane' }, node('h3', { text: title }), node('p', { class: 'lane-note', text: note }), text, foot);
    if (line.rated) made.insertBefore(stars(number), foot);
    return { number, title, note, step, node: made, text, foot, tokens: [], shown: 0, parted: -1 };
  });
  grid.replaceChildren(...lanes.map((lane) => lane.node));
  beginGrown();
}

/** One to five stars, as radio buttons. */
function stars(number) {
  const group = node('fieldset', { class: 'stars' }, node('legend', { class: 'sr', text: 'Rating' }));
  for (let k = 1; k <= 5; k++) {
    const input = node('input', { type: 'radio', name: `stars-${number}`, value: k, 'aria-label': `${k} of 5`, onchange: () => ratings.set(number, k) });
    group.append(node('label', {}, input, node('span', { 'aria-hidden': 'true', text: '★' })));
  }
  return group;
}

/** A token in its colour; `parts` marks the one at which a lane leaves the first lane. */
function tokenNode(token, parts = false) {
  const space = /^ (?=[^\s])/.exec(token.t)?.[0] ?? '';
  const glyphs = node('span', { class: token.t.trim() ? 'glyphs' : 'glyphs sliver', text: token.t.slice(space.length) });
  const made = node('span', { class: parts ? 'tok parts' : 'tok', title: summary(token), style: `--shade: ${shadeOf(token, 'probability')}` }, space, glyphs);
  if (parts) made.title += '; here it leaves the first text';
  return made;
}

/** Draw the tokens that are new. */
function grow(lane) {
  const added = lane.tokens.slice(lane.shown).map((token, i) => tokenNode(token, lane.parted === lane.shown + i));
  lane.shown = lane.tokens.length;
  lane.text.append(...added);
}

const SCORES = [
  ['Mean log probability', (s) => s.mean.toFixed(3).replace('-', '−'), 'of a token, under the model'],
  ['Perplexity', (s) => (+s.perplexity.toPrecision(3)).toLocaleString('en-US'), 'as unsure as if it chose among so many tokens'],
  ['Different pairs', (s) => percent(s.distinct), 'share of different ones among all pairs of tokens'],
  ['Repeated fours', (s) => percent(s.repetition), 'share of four tokens in a row that stood in the text before'],
  ['Copied', (s) => percent(s.copied), 'share of tokens in runs of 8 or more that stand in the training text'],
];

function addScore(lane, score) {
  lane.score = score;
  if (lane.number > 0 && !bySteps()) {
    const says = lane.parted < 0 ? 'nowhere' : `at token ${lane.parted + 1}`;
    lane.foot.append(node('dt', { text: 'Leaves the first' }), node('dd', { text: says }));
  }
  lane.foot.append(...scoreNodes(lane));
}

/** The names and the numbers of a lane's scores, as the children of a list; none before they are known. */
function scoreNodes({ score }) {
  if (score?.mean == null) return [];
  return SCORES.flatMap(([name, says, help]) => [node('dt', { text: name, title: help }), node('dd', { text: says(score), title: help })]);
}

function draw() {
  for (const lane of lanes) grow(lane);
  drawGrown();
  const busy = isBusy();
  find('.lanes-write').hidden = busy;
  find('.desk-stop').hidden = !busy;
  find('.lanes-save').hidden = busy || !lanes.length;
  setText(find('.desk-error'), error);
  setText(find('.lanes-status'), busy ? 'Writing …' : '');
  grid.setAttribute('aria-busy', busy);
  if (stopping && job) server.stop(job);
  if (!busy) stopping = false;
}

function update() {
  const text = props.value ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const from = read && whole.startsWith(read) ? read.length : 0;
  asked = false;
  for (const line of whole.slice(from).split('\n')) if (line) take(JSON.parse(line));
  read = whole;
  draw();
}

find('.lanes-write').addEventListener('click', () => {
  if (isBusy()) return;
  [asked, error] = [true, ''];
  draw();
  trigger('write');
});
find('.desk-stop').addEventListener('click', () => {
  stopping = true;
  draw();
});
find('.lanes-save').addEventListener('click', () => {
  const { run, step, prompt } = head;
  const texts = lanes.map(({ number, title, note, step, tokens, score }) => ({
    title,
    note,
    step,
    text: tokens.map((token) => token.t).join(''),
    ids: tokens.map((token) => token.i),
    rating: ratings.get(number) ?? null,
    score: score?.mean == null ? null : score,
  }));
  const blob = new Blob([JSON.stringify({ run, step, prompt, texts }, null, 1)], { type: 'application/json' });
  const link = node('a', { href: URL.createObjectURL(blob), download: `${run}-${step}.texts.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});
watch('value', update);
update();
