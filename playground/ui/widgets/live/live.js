// Watches one run: asks the server for news from where it left off, and shows them.

const view = element.querySelector('.lv');
const $ = (name) => view.querySelector(`.lv-${name}`);
const FAST_MS = 200;
const USUAL_MS = 500;
const REST_MS = 3000;
const STATES = {
  queued: 'Waiting', running: 'Training', paused: 'Paused', stopped: 'Stopped', completed: 'Finished',
  diverged: 'Diverged', failed: 'Failed', interrupted: 'Interrupted',
};
const LIVE = new Set(['queued', 'running', 'paused']);

let run = null;
let offset = 0;
let about = null;
let status = null;
let record = makeRecord();
let pin = null;
let asking = false;
let timer = null;
let generation = 0;

const curves = makeCurves(view);
const probe = makeProbe(view, {
  onMoment: (epoch) => {
    pin = epoch;
    drawCurves();
  },
});

// --- asking ------------------------------------------------------------------------------------------------------

function watchRun(name) {
  run = name;
  offset = 0;
  about = null;
  status = null;
  record = makeRecord();
  pin = null;
  generation++;
  $('empty').hidden = Boolean(run);
  $('full').hidden = !run;
  complain('');
  const address = new URL(location.href);
  knownRuns(run);
  if (run) address.searchParams.set('run', run);
  else address.searchParams.delete('run');
  history.replaceState(history.state, '', address);
  ask();
}

async function ask() {
  clearTimeout(timer);
  if (!element.isConnected) return;
  const visibleNow = document.visibilityState === 'visible' && element.offsetParent !== null;
  if (asking || !visibleNow) {
    timer = setTimeout(ask, USUAL_MS);
    return;
  }
  asking = true;
  const mine = generation;
  let pause = USUAL_MS;
  try {
    const news = await server.news({ run: run ?? '', offset });
    if (mine !== generation) pause = 0;
    else if (!news) pause = lost();
    else pause = take(news);
  } catch {
    pause = lost();
  } finally {
    asking = false;
    timer = setTimeout(ask, pause);
  }
}

/** Take an answer in; how long to wait before asking again. */
function take(news) {
  view.classList.remove('lv-lost');
  if (news.error) {
    complain(news.error);
    $('state-text').textContent = 'Not found';
    return 2 * REST_MS;
  }
  if (!run) {
    if (news.current) watchRun(news.current);
    return REST_MS;
  }
  offset = news.offset;
  about = news.about ?? about;
  const before = record.samples.length;
  const evals = record.evals.length;
  record.add(news);
  const state = status?.state;
  status = news.status;
  if (state !== status.state) complain('');
  if (record.samples.length > before) blink('sample');
  if (record.evals.length > evals) blink('report');
  drawAll();
  if (news.more) return 0;
  if (!LIVE.has(status.state)) return REST_MS;
  return record.steps.step.length < 3 ? FAST_MS : USUAL_MS;
}

function lost() {
  view.classList.add('lv-lost');
  if (run) setText($('state-text'), 'No answer; trying again');
  return 2000;
}

/** Show a sentence where the user acted; the run's own message when there is none. */
function complain(sentence) {
  const text = sentence || (status && !LIVE.has(status.state) ? status.message : '');
  setText($('message'), text ?? '');
  $('message').hidden = !text;
}

// --- showing -----------------------------------------------------------------------------------------------------

function drawAll() {
  const { sitting } = record;
  setText($('name'), run);
  const parts = [about?.preset, about?.text_name];
  if (sitting) parts.push(`${fmt.short(sitting.n_parameters)} parameters`, ...machineOf(sitting));
  setText($('about'), parts.filter(Boolean).join(' · '));
  showState();
  drawCurves();
  showTiles();
  showLoop();
  showNotes();
  probe.draw(record, about?.start_context);
  const rate = $('lr-value');
  if (document.activeElement !== rate && !rate.dataset.touched) rate.value = +(record.lr ?? about?.lr ?? 0).toPrecision(6) || '';
  setText($('lr-label'), about?.is_scheduled ? 'Peak learning rate' : 'Learning rate');
}

/** What a sitting runs on: device, precision, processes where there are several, threads of each. */
function machineOf({ device, precision, processes, threads }) {
  return [device, precision, processes > 1 && `${processes} processes`, threads === 1 ? '1 thread' : `${threads} threads`];
}

function drawCurves() {
  const { sitting } = record;
  const planned = sitting ? sitting.total_steps / sitting.steps_per_epoch : about?.epochs;
  curves.draw(record, { epochs: planned, pin });
}

function showState() {
  const { state } = status;
  view.dataset.state = state;
  const place = status.queue_place;
  const doing = state === 'queued' ? (place ? `Waiting, place ${place}` : 'Starting') : LIVE.has(state) && status.message;
  setText($('state-text'), doing || (STATES[state] ?? state));
  if (!LIVE.has(state) && status.message && $('message').hidden) complain('');
  const [pause, step, stop] = ['pause', 'step', 'stop'].map((action) => view.querySelector(`[data-slot=${action}]`));
  const [action, label] = state === 'running' || state === 'queued' ? ['pause', 'Pause']
    : state === 'completed' ? ['extend', '+1 epoch'] : ['resume', 'Resume'];
  pause.dataset.action = action;
  pause.title = action === 'extend' ? 'Train one epoch more, from where it ended' : '';
  setText(pause, label);
  pause.disabled = state === 'queued';
  step.disabled = state !== 'paused';
  stop.disabled = !LIVE.has(state);
  const live = LIVE.has(state) && state !== 'queued';
  view.querySelector('[data-action=set_lr]').disabled = !live;
  $('lr-value').disabled = !live;
  for (const button of view.querySelectorAll('[data-figure]')) button.disabled = !record.evals.length;
}

function showTiles() {
  const { steps, evals, sitting } = record;
  const row = evals.at(-1);
  const done = steps.step.at(-1) ?? status.step ?? 0;
  const total = sitting?.total_steps ?? status.total_steps;
  const share = total ? done / total : 0;
  $('progress').firstElementChild.style.transform = `scaleX(${share})`;
  $('progress').setAttribute('aria-valuenow', String(Math.round(100 * share)));
  setText($('train'), fmt.loss(row?.train_loss ?? steps.loss.at(-1)));
  setText($('train-sub'), total ? `step ${fmt.whole(done)} of ${fmt.whole(total)}` : ' ');
  setText($('val'), fmt.loss(row?.val_loss));
  setText($('val-sub'), status.best_val_loss != null ? `best ${fmt.loss(status.best_val_loss)}` : ' ');
  const perplexity = row?.val_loss == null ? null : Math.exp(row.val_loss);
  setText($('perplexity'), perplexity == null ? '–' : perplexity < 100 ? perplexity.toFixed(1) : fmt.short(perplexity));
  setText($('perplexity-sub'), perplexity == null ? ' ' : `as unsure as choosing among ${fmt.whole(Math.max(1, perplexity))} ${perplexity < 1.5 ? 'token' : 'tokens'}`);
  showSpeed(steps.tokens_per_s.at(-1), sitting);
  const left = LIVE.has(status.state) && done && total ? (status.elapsed_s / Math.max(1, status.step)) * (total - done) : null;
  setText($('left'), status.state === 'completed' ? 'Done' : fmt.time(left));
  setText($('left-sub'), status.elapsed_s ? `${fmt.time(status.elapsed_s)} and ${fmt.short(status.tokens_seen)} tokens so far` : ' ');
}

/** Tokens per second, and which part of the machine's measured peak that is; logs of old know no peak. Where training is
 *  faster than the peak, other programs had the machine while that was measured, and no part is told. */
function showSpeed(speed, sitting) {
  setText($('speed'), fmt.whole(speed));
  const peak = sitting?.peak_flop_per_s;
  const flop = sitting?.flop_per_token;
  const share_pct = peak && speed ? Math.round((100 * speed * flop) / peak) : null;
  setText($('speed-sub'), share_pct !== null && share_pct <= 100 ? `${share_pct} % of this machine's peak` : ' ');
  $('pace').title = peak
    ? `Training takes ${fmt.short(flop)} floating-point operations a token. The peak, ${fmt.whole(peak / 1e9)} billion a second, is `
      + `the fastest matrix product measured at the start on the same ${machineOf(sitting).filter(Boolean).join(', ')}. `
      + 'Small matrices and all that is not a matrix product keep a training below it.'
    : '';
}

const loop = Object.fromEntries([...view.querySelectorAll('.lv-loop li')].map((item) => [item.dataset.part, item]));

function showLoop() {
  const { steps, evals, samples, sitting } = record;
  const step = steps.step.at(-1) ?? 0;
  const per = sitting?.steps_per_epoch;
  const say = (part, text) => setText(loop[part].lastElementChild, text);
  const epoch = steps.epoch.at(-1);
  say('epoch', epoch == null ? '–' : `${Math.max(1, Math.ceil(epoch - 1e-9))} of ${fmt.whole(about?.epochs)}`);
  say('batch', per ? `${step ? ((step - 1) % per) + 1 : 0} of ${fmt.whole(per)}` : '–');
  say('zero', step ? '0' : '–');
  say('loss', fmt.loss(steps.loss.at(-1)));
  say('backward', steps.grad_norm.length ? `norm ${steps.grad_norm.at(-1).toFixed(2)}` : '–');
  say('update', steps.lr.length ? `lr ${fmt.rate(steps.lr.at(-1))}` : '–');
  say('report', evals.length ? `at step ${fmt.whole(evals.at(-1).step)}` : '–');
  say('sample', samples.length ? `after epoch ${epochText(samples.at(-1).epoch)}` : '–');
}

function blink(part) {
  loop[part].classList.remove('lv-on');
  void loop[part].offsetWidth; // restart the animation
  loop[part].classList.add('lv-on');
}

/** After a single step: let the first six light up one after the other, as the loop goes through them. */
function walk() {
  ['epoch', 'batch', 'zero', 'loss', 'backward', 'update'].forEach((part, i) => setTimeout(() => blink(part), 140 * i));
}

let shownNotes = -1;
function showNotes() {
  if (record.notes.length === shownNotes) return;
  shownNotes = record.notes.length;
  $('notes').replaceChildren(...record.notes.slice(-5).map(({ step, text }) => node('li', { text: `Step ${fmt.whole(step)}: ${text}` })));
}

// --- acting ------------------------------------------------------------------------------------------------------

async function act(action) {
  const asked = { run, action };
  if (action === 'set_lr') asked.lr = $('lr-value').valueAsNumber;
  if (action === 'set_lr' && !isFinite(asked.lr)) {
    complain('The learning rate is not a number; give one above 0 and at most 1.');
    return;
  }
  const answer = await server.command(asked);
  complain(answer?.error ?? (answer ? '' : 'The server did not answer; try again.'));
  if (answer?.error) return;
  if (action === 'set_lr') delete $('lr-value').dataset.touched;
  if (action === 'step') walk();
  ask();
}

async function save(format) {
  const answer = await server.figure({ run, format });
  if (!answer || answer.error) {
    complain(answer?.error ?? 'The figure could not be made; try again.');
    return;
  }
  const link = node('a', { href: `data:${answer.type};base64,${answer.data}`, download: answer.name });
  link.click();
}

for (const button of view.querySelectorAll('.lv-buttons button')) button.dataset.slot = button.dataset.action;
view.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.dataset.action) act(button.dataset.action);
  if (button?.dataset.figure) save(button.dataset.figure);
});
$('lr-value').addEventListener('input', () => ($('lr-value').dataset.touched = 'yes'));
$('lr-value').addEventListener('keydown', (event) => event.key === 'Enter' && act('set_lr'));
const usual = $('help').textContent;
for (const item of Object.values(loop)) {
  for (const kind of ['pointerenter', 'focus']) item.addEventListener(kind, () => setText($('help'), item.dataset.help));
  for (const kind of ['pointerleave', 'blur']) item.addEventListener(kind, () => setText($('help'), usual));
}

document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && ask());
watch('value', () => {
  const asked = parse(props.value)?.run;
  if (!asked) return;
  watchRun(asked);
  // On a phone the view lies below the form: go there, so that Start is seen to do something.
  if (innerWidth <= 960) view.scrollIntoView({ block: 'start' });
});
watchRun(parse(props.value)?.run ?? new URLSearchParams(location.search).get('run'));
