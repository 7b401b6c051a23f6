// The sheet: every token of the branch in view, coloured, reachable by mouse and keyboard.

let caret = null;
let horizon = 0; // first token that the model still sees

const measure = () => find('.desk-measure').value;

/** The node of token `i`: its leading space and its line breaks stand outside the colour, so that words look like words. */
function tokenNode(token, i) {
  const made = node('span', { class: 'tok', role: 'option', tabindex: -1, 'data-i': i, 'aria-selected': String(i === opened) });
  const who = { prompt: ', from the prompt', hand: ', taken by you' }[token.by] ?? '';
  made.setAttribute('aria-label', summary(token) + who);
  if (token.by) made.dataset.by = token.by;
  if (token.p != null) made.style.setProperty('--shade', shadeOf(token, measure()));
  const shows = find('.desk-spaces').checked;
  const space = shows ? '' : (/^ (?=[^\s])/.exec(token.t)?.[0] ?? '');
  const [first, ...lines] = token.t.slice(space.length).split('\n');
  made.append(space, glyphs(first, shows, lines.length > 0));
  for (const [k, line] of lines.entries()) {
    made.append('\n');
    if (line || (shows && k < lines.length - 1)) made.append(glyphs(line, shows, k < lines.length - 1));
  }
  return made;
}

/** The coloured part of a token; one without ink is a sliver, so that it can be pressed. */
function glyphs(text, shows, breaks) {
  const ink = shows ? visible(text) + (breaks ? '↵' : '') : text;
  return node('span', { class: ink.trim() ? 'glyphs' : 'glyphs sliver', text: ink });
}

/** Bring the sheet in line with the log; only what is new is made where the text just grew. */
function drawStrip(fresh) {
  const branch = desk.branches[desk.view];
  const now = tokensOf(branch);
  const grown = !fresh && now.length >= tokens.length && now[tokens.length - 1] === tokens[tokens.length - 1];
  const from = grown ? tokens.length : 0;
  tokens = now;
  if (!grown) {
    strip.replaceChildren();
    horizon = 0;
    opened = Math.min(opened, tokens.length - 1);
  }
  const added = document.createDocumentFragment();
  for (let i = from; i < tokens.length; i++) added.append(tokenNode(tokens[i], i));
  caret?.remove();
  strip.append(added);
  if (isBusy()) strip.append((caret ??= node('span', { class: 'caret', 'aria-hidden': 'true' })));
  if (!strip.querySelector('[tabindex="0"]')) strip.querySelector('.tok')?.setAttribute('tabindex', 0);
  strip.setAttribute('aria-busy', isBusy());
  strip.hidden = !tokens.length;
  find('.strip-empty').hidden = tokens.length > 0 || isBusy();
  markForks(branch);
  markCopied(branch);
  markSight();
  drawStatus(branch);
}

/** A dot on every token where another branch leaves. */
function markForks(branch) {
  for (const marked of strip.querySelectorAll('.forked')) marked.classList.remove('forked');
  for (const { at } of forksOf(desk, branch)) strip.children[at]?.classList.add('forked');
}

/** Grey out what the model does not see any more when it chooses the open token, or else the next one. */
function markSight() {
  const first = opened >= 0 ? seenFrom(opened, tokens[opened].settings) : seenFrom(tokens.length, desk.branches[desk.view]?.settings);
  strip.children[horizon]?.classList.remove('horizon');
  for (let i = Math.min(first, horizon); i < Math.max(first, horizon); i++) {
    strip.children[i]?.classList.toggle('unseen', i < first);
  }
  if (first) strip.children[first]?.classList.add('horizon');
  horizon = first;
}

/** The line under the text. */
function drawStatus(branch) {
  const parts = [];
  const written = branch ? branch.own.filter((token) => !token.by) : [];
  if (branch && (written.length || isBusy())) {
    parts.push(`${fmt.whole(written.length)} ${written.length === 1 ? 'token' : 'tokens'}`);
    const rate = branch.end?.tokens_per_s ?? liveRate(branch);
    if (rate) parts.push(`${fmt.whole(rate)} tokens/s`);
    if (written.length && !isBusy()) {
      const mean = written.reduce((sum, token) => sum + Math.log(Math.max(token.p, 1e-30)), 0) / written.length;
      parts.push(`perplexity ${(+Math.exp(-mean).toPrecision(3)).toLocaleString('en-US')}`);
    }
    const why = { stopped: 'stopped', end: 'the model ended the text', stop: `stopped at “${branch.end?.stop}”` }[branch.end?.reason];
    if (why) parts.push(why);
  }
  const hidden = seenFrom(tokens.length, branch?.settings);
  if (written.length && desk.head.weights !== 'float32') parts.push(`${desk.head.weights} weights`);
  if (hidden) parts.push(`the model still sees the last ${fmt.whole(tokens.length - hidden)} tokens`);
  find('.status-text').replaceChildren(...parts.flatMap((part, k) => (k ? [' · ', part] : [part])));
  find('.with-text').hidden = !tokens.length || isBusy();
}

/** Tokens a second since the writing began; the server's own number takes its place at the end. */
function liveRate(branch) {
  const seconds = (performance.now() - branch.began) / 1000;
  return seconds > 0.3 ? (branch.own.length - branch.before) / seconds : 0;
}

/** The ten swatches under the measure that is chosen. */
function drawLegend() {
  const { ends, says } = MEASURES[measure()];
  setText(find('.legend-low'), ends[0]);
  setText(find('.legend-high'), ends[1]);
  find('.legend-steps').replaceChildren(
    ...Array.from({ length: 10 }, (_, k) => node('span', { style: `background: var(--step-${k})`, title: says(k) })),
  );
}

/** Open token `i`: its alternatives stand in the panel at once, for they came with the token. */
function open(i, focus = false) {
  if (!tokens[i]) return;
  strip.children[opened]?.setAttribute('aria-selected', 'false');
  opened = i;
  const chosen = strip.children[i];
  chosen.setAttribute('aria-selected', 'true');
  rove(chosen, focus);
  markSight();
  draw(false);
}

function closePanel() {
  strip.children[opened]?.setAttribute('aria-selected', 'false');
  opened = -1;
  draw(false);
}

/** Make one token the stop of the Tab key. */
function rove(to, focus = true) {
  strip.querySelector('[tabindex="0"]')?.setAttribute('tabindex', -1);
  to.setAttribute('tabindex', 0);
  if (focus) to.focus();
}

/** The token a line above or below that stands nearest. */
function inNextLine(from, direction) {
  const here = from.getBoundingClientRect();
  let best = null;
  for (let at = from; at; at = direction > 0 ? at.nextElementSibling : at.previousElementSibling) {
    if (!at.dataset.i) continue;
    const box = at.getBoundingClientRect();
    if (Math.abs(box.top - here.top) < 4) continue;
    if (best && Math.abs(box.top - best.top) > 4) break; // two lines off
    const distance = Math.abs(box.left - here.left);
    if (!best || distance < best.distance) best = { at, distance, top: box.top };
  }
  return best?.at;
}

strip.addEventListener('click', (event) => {
  const token = event.target.closest('[data-i]');
  if (token && window.getSelection().isCollapsed) open(+token.dataset.i, true);
});
strip.addEventListener('keydown', (event) => {
  const from = event.target.closest('[data-i]');
  if (!from) return;
  const i = +from.dataset.i;
  const to = {
    ArrowRight: () => strip.children[i + 1],
    ArrowLeft: () => strip.children[i - 1],
    ArrowDown: () => inNextLine(from, 1),
    ArrowUp: () => inNextLine(from, -1),
    Home: () => strip.children[0],
    End: () => strip.children[tokens.length - 1],
  }[event.key]?.();
  if (to?.dataset.i) {
    event.preventDefault();
    rove(to);
    if (opened >= 0) open(+to.dataset.i);
  }
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    open(i);
  }
  if (event.key === 'Escape') closePanel();
});
strip.addEventListener('pointerover', (event) => {
  const token = tokens[event.target.closest('[data-i]')?.dataset.i];
  setText(find('.status-pointer'), token ? summary(token) : '');
});
strip.addEventListener('pointerleave', () => setText(find('.status-pointer'), ''));
find('.desk-measure').addEventListener('change', () => {
  drawLegend();
  for (const [i, token] of tokens.entries()) {
    if (token.p != null) strip.children[i].style.setProperty('--shade', shadeOf(token, measure()));
  }
});
find('.desk-spaces').addEventListener('change', () => drawStrip(true));
/** Write a line of the reader's into the log; the server gets the log with its next event. */
function note(line) {
  props.value = `${desk.raw}${JSON.stringify(line)}\n`;
  readLog(desk, props.value);
  draw(line.kind === 'view');
}

const drawn = {}; // what each part was last drawn for

/** Call `work` only if `state` is another one than the last time, and keep the focus on what has it. */
function whenNew(part, state, work) {
  if (drawn[part] === state) return;
  drawn[part] = state;
  const host = find(part);
  const place = [...host.querySelectorAll('button')].indexOf(document.activeElement);
  work();
  if (place >= 0) host.querySelectorAll('button')[place]?.focus();
}

function draw(fresh) {
  drawStrip(fresh);
  const branch = desk.branches[desk.view];
  const state = `${desk.head.job} ${desk.view} ${isBusy()} ${!!branch?.copied} ${desk.branches.length}`;
  whenNew('.branches', `${state} ${isBusy() || tokens.length}`, () => drawBranches(desk));
  whenNew('.token-panel', `${state} ${opened}`, () => drawPanel(desk, tokens, opened));
  drawActions();
  if (!isBusy()) lookUp(branch);
  setText(find('.strip-plain'), isBusy() ? '' : tokens.map((token) => token.t).join(''));
}

let lastView = 0;
function update() {
  const text = props.value ?? '';
  if (text === desk.raw && text) return;
  const appended = readLog(desk, text);
  asked = false;
  if (!appended) opened = -1;
  draw(!appended || desk.view !== lastView);
  lastView = desk.view;
}

drawLegend();
watch('value', update);
update();
