// The desk's log: one JSON object a line, only ever appended to, so that a stream costs what is new in it.
//
//   {"kind":"start", job}                                         an event was accepted; `job` is what Stop names
//   {"kind":"desk", run, step, weights, context_length, vocab_size, …}     a fresh desk
//   {"kind":"branch", branch, parent, at, settings}               the lines below belong to this branch, which leaves
//                                                                 its parent before the parent's token `at`
//   {"kind":"more", branch, settings}                             the lines below go on with this branch
//   {i, t, p, q, r, h, a, by}                                     one token: id, text, probability before and after the
//                                                                 stages, rank, entropy in bits, alternatives [i, t, p, q],
//                                                                 by: "prompt", "hand" or "kept" where it was not drawn now
//   {"kind":"end", reason, n, tokens_per_s}                       nothing more comes for now
//   {"kind":"error", says}                                        nothing came, and why
//   {"kind":"copied", branch, lengths, spans}                     what stands in the training text
//   {"kind":"view", branch} {"kind":"ask", branch, at, id} {"kind":"restore", receipt}     what the reader did

function newDesk() {
  return { raw: '', head: {}, branches: [], writing: null, view: 0, job: null, error: '' };
}

/** Take in the log `text`; false when it does not go on from what was read, so that everything must be drawn anew. */
function readLog(desk, text) {
  const appended = desk.raw !== '' && text.startsWith(desk.raw);
  if (!appended) Object.assign(desk, newDesk());
  const whole = text.slice(0, text.lastIndexOf('\n') + 1); // a line still on its way waits
  for (const line of whole.slice(desk.raw.length).split('\n')) if (line) readLine(desk, JSON.parse(line));
  desk.raw = whole;
  return appended;
}

function readLine(desk, line) {
  const branch = desk.branches[line.branch];
  switch (line.kind) {
    case undefined:
      desk.writing.own.push(line);
      line.settings = desk.writing.settings;
      if (line.by) desk.writing.before += 1;
      break;
    case 'start':
      Object.assign(desk, { job: line.job, error: '' });
      break;
    case 'desk':
      desk.head = line;
      break;
    case 'branch': {
      const prefix = line.parent === null ? [] : tokensOf(desk.branches[line.parent]).slice(0, line.at);
      desk.writing = { ...line, id: line.branch, prefix, own: [], end: null, copied: null, before: 0, began: performance.now() };
      desk.branches[line.branch] = desk.writing;
      desk.view = line.branch;
      break;
    }
    case 'more':
      desk.writing = branch;
      Object.assign(branch, { end: null, copied: null, settings: line.settings, before: branch.own.length, began: performance.now() });
      desk.view = line.branch;
      break;
    case 'end':
      desk.writing.end = line;
      desk.job = null;
      break;
    case 'error':
      Object.assign(desk, { job: null, error: line.says });
      break;
    case 'copied':
      branch.copied = line;
      break;
    case 'view':
      desk.view = line.branch;
      break;
  }
}

/** All tokens of a branch, the ones shared with its parents first. */
function tokensOf(branch) {
  return branch ? [...branch.prefix, ...branch.own] : [];
}

/** First place the model sees of a text of `length` tokens, written with `settings`: as `sampling/reader.py` has it. */
function seenFrom(length, settings) {
  const size = desk.head.context_length;
  const over = Math.max(0, length - size);
  if (!over) return 0;
  const half = Math.ceil(size / 2);
  return settings?.past_context === 'jump' ? Math.ceil(over / half) * half : over;
}

// What the parts of the desk share.
const find = (selector) => element.querySelector(selector);
const strip = find('.strip');
const desk = newDesk();
let tokens = []; // of the branch in view
let opened = -1; // index of the token that is open
let asked = false; // an event is on its way and has not been answered yet
const isBusy = () => asked || desk.job !== null;
