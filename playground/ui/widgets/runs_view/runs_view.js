// Asks for the list of runs, shows it, and does with the chosen ones what its buttons say.

const view = element.querySelector('.rv');
const part = (name) => view.querySelector(name);
const doing = Object.fromEntries([...view.querySelectorAll('[data-do]')].map((button) => [button.dataset.do, button]));
const FORMS = { fork: part('.rf'), rename: part('.rv-rename') };
const LIVE_MS = 1500;
const REST_MS = 5000;

let runs = [];
let isPublic = false;
let maxArchiveBytes = Infinity;
let undoToken = '';
let timer = null;
let asking = false;
let wanted = null; // a run to choose as soon as it is in the list

const comparison = makeComparison(view, { ask: (names, over) => server.compare({ runs: names, over }) });
const table = makeRunsTable(view, { onChoice });
const fork = makeFork(view, { detail: (query) => server.detail(query), fork: (query) => act('fork', query.run, query) });

// --- asking --------------------------------------------------------------------------------------------------------

async function ask() {
  clearTimeout(timer);
  if (!element.isConnected) return;
  const isSeen = document.visibilityState === 'visible' && element.offsetParent !== null;
  if (isSeen && !asking) {
    asking = true;
    try {
      const answer = await server.rows({ known: knownRuns(new URLSearchParams(location.search).get('run')) });
      if (answer && !answer.error) take(answer);
    } catch {
      // no answer: the table stays as it is, and we ask again
    } finally {
      asking = false;
    }
  }
  timer = setTimeout(ask, runs.some(isLive) ? LIVE_MS : isSeen ? REST_MS : 400);
}

function take(answer) {
  const moving = runs.some(isLive);
  runs = answer.runs;
  isPublic = answer.public;
  maxArchiveBytes = answer.max_archive_bytes;
  FORMS.fork.elements.new_name.closest('label').hidden = isPublic; // a name that nobody guesses is given there
  table.draw(runs);
  part('.rv-empty').hidden = runs.length > 0;
  setText(part('.rv-count'), runs.length ? `${runs.length}` : '');
  part('.rv-unreadable').replaceChildren(...answer.unreadable.map((text) => node('li', { text })));
  if (wanted && runs.some((run) => run.name === wanted)) {
    const name = wanted;
    wanted = null;
    table.choose([name]);
  }
  showOne();
  if (moving && table.chosen().length) comparison.refresh();
}

// --- the chosen run ------------------------------------------------------------------------------------------------

function onChoice(names) {
  closeForms();
  comparison.show(names);
  showOne();
}

const chosen = () => {
  const names = table.chosen();
  return names.length === 1 ? runs.find((run) => run.name === names[0]) : null;
};

function showOne() {
  const run = chosen();
  part('.rv-one').hidden = !run;
  if (!run) return;
  const live = isLive(run);
  setText(part('.rv-chosen'), run.name);
  setText(part('.rv-why'), [run.parent && `Forked from ${run.parent}.`, !live && run.message].filter(Boolean).join(' '));
  doing.resume.hidden = run.state === 'running' || run.state === 'queued' || run.state === 'completed';
  doing.stop.hidden = !live;
  doing.rename.hidden = isPublic;
  for (const name of ['rename', 'delete']) doing[name].disabled = live;
  doing.download.disabled = run.state === 'running';
  doing.delete.disabled ||= run.pinned;
  setText(doing.pin, run.pinned ? 'Unpin' : 'Pin');
  const has = run.step > 0 || run.best_val_loss != null;
  for (const name of ['best', 'last', 'fork']) doing[name].disabled = !has;
}

function closeForms() {
  FORMS.rename.hidden = true;
  refuse(FORMS.fork, '');
  refuse(FORMS.rename, '');
  fork.close();
  for (const name of ['fork', 'rename']) doing[name].setAttribute('aria-expanded', 'false');
}

function say(text, { bad = false, undo = '' } = {}) {
  const line = part('.rv-message');
  undoToken = undo;
  setText(line.querySelector('span'), text);
  line.querySelector('.rv-undo').hidden = !undo;
  line.classList.toggle('rv-complaint', bad);
  line.hidden = !text;
  if (bad && text) line.scrollIntoView({ block: 'nearest' });
}

/** Say at the end of a form, where its button is, what was wrong with it. */
function refuse(form, text) {
  const line = form.querySelector('.rv-refused');
  setText(line, text);
  line.hidden = !text;
}

// --- acting --------------------------------------------------------------------------------------------------------

async function act(action, run, more = {}) {
  const answer = await server.act({ ...more, action, run });
  if (!answer || answer.error) {
    const complaint = answer?.error ?? 'The server did not answer; try again.';
    say(FORMS[action] ? '' : complaint, { bad: true });
    if (FORMS[action]) refuse(FORMS[action], complaint);
    return;
  }
  closeForms();
  say(answer.message, { undo: answer.undo ?? '' });
  if (answer.run) knownRuns(answer.run);
  if (answer.run !== run) wanted = answer.run || null;
  ask();
}

const actions = {
  resume: (run) => act('resume', run.name),
  stop: (run) => act('stop', run.name),
  delete: (run) => act('delete', run.name),
  pin: (run) => act('pin', run.name, { pinned: !run.pinned }),
  follow: (run) => trigger('follow', { run: run.name }),
  best: (run) => trigger('write', { run: run.name, step: 'best' }),
  last: (run) => trigger('write', { run: run.name, step: 'last' }),
  download: (run) => {
    say(`${run.name} is being packed; the download begins by itself.`);
    trigger('download', { run: run.name });
  },
  rename: (run) => {
    const form = FORMS.rename;
    const opens = form.hidden;
    closeForms();
    form.hidden = !opens;
    doing.rename.setAttribute('aria-expanded', String(opens));
    if (!opens) return;
    form.elements.new_name.value = run.name;
    form.elements.new_name.select();
  },
  fork: async (run) => {
    const opens = FORMS.fork.hidden;
    closeForms();
    if (!opens) return;
    const complaint = await fork.open(run.name);
    doing.fork.setAttribute('aria-expanded', String(!complaint));
    if (complaint) say(complaint, { bad: true });
  },
};

for (const [name, button] of Object.entries(doing)) {
  button.addEventListener('click', () => chosen() && actions[name](chosen()));
}
FORMS.rename.addEventListener('submit', (event) => {
  event.preventDefault();
  if (chosen()) act('rename', chosen().name, { new_name: event.target.elements.new_name.value });
});
part('.rv-undo').addEventListener('click', () => undoToken && act('undo', undoToken));
view.addEventListener('keydown', (event) => event.key === 'Escape' && closeForms());

// Before Gradio looks at an archive: it would tell of one that is too large far from here, and in other units.
document.addEventListener('change', (event) => {
  const file = event.target.files?.[0];
  if (!file || !event.target.closest('.pg-archive-row') || file.size <= maxArchiveBytes) return;
  event.stopPropagation();
  event.target.value = '';
  say(`${file.name} has ${fmt.bytes(file.size)}; archives of at most ${fmt.bytes(maxArchiveBytes)} are taken here.`, { bad: true });
}, true);

watch('value', () => {
  const news = parse(props.value);
  if (!news) return;
  say(news.error ?? news.message, { bad: Boolean(news.error) });
  if (news.run) {
    knownRuns(news.run);
    wanted = news.run;
    ask();
  }
});
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && ask());
ask();
