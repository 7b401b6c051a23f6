import { equal, ok, test } from '/tests/check.js';
import { randomIntegers } from '/tests/random.js';
import { BRANCH, DESK, END, FIRST, logOf, PROMPT, START, TEXT, token } from '/tests/token_strip/log_fixture.js';
import { isScored, plainText, sightOf, TokenLog } from '/widgets/token_strip/token_log.js';

/** @param {Record<string, unknown>[]} lines */
function read(lines) {
  const log = new TokenLog();
  log.read(logOf(lines), 0);
  return log;
}

/** What a log says, in plain values. @param {TokenLog} log */
const contents = (log) => ({
  head: log.head,
  view: log.view,
  job: log.job,
  error: log.error,
  text: log.text,
  branches: log.branches.map((branch) => ({ ...branch, began_ms: 0 })),
});

/** A log of many presses of buttons at random places. @param {(bound: number) => number} below */
function randomLines(below) {
  /** @type {Record<string, unknown>[]} */
  const lines = [START, DESK, FIRST, ...PROMPT];
  /** @type {number[]} */
  const lengths = [PROMPT.length];
  let view = 0;
  for (let press = 0; press < 12; press++) {
    const written = () => {
      for (let n = below(4); n > 0; n--) {
        lines.push(token(below(90), ` w${below(9)}`));
        lengths[view] += 1;
      }
      lines.push(below(5) ? END : { kind: 'error', says: 'It failed.' });
    };
    const choice = below(4);
    const branch = below(lengths.length);
    if (choice === 0) {
      lines.push({ kind: 'start', job: `job-${press}` }, { kind: 'more', branch, settings: { press } });
      view = branch;
      written();
    } else if (choice === 1) {
      const at = 1 + below(lengths[branch] - 1);
      view = lengths.length;
      lengths.push(at + 1);
      lines.push(
        { kind: 'start', job: `job-${press}` },
        { kind: 'branch', branch: view, parent: branch, at, settings: { press } },
      );
      lines.push(token(91, ' taken', { by: 'hand' }));
      written();
    } else if (choice === 2) {
      lines.push({ kind: 'view', branch });
      view = branch;
    } else {
      lines.push({ kind: 'copied', branch, spans: [], train_loss: 1, val_loss: 2 });
    }
  }
  return { lines, lengths, view };
}

test('a text is read: the model, its tokens, why it ended', () => {
  const log = read(TEXT);
  equal([log.head.run, log.head.step, log.job, log.error], ['tale', 40, null, '']);
  equal(plainText(log.tokens), 'The rain had stopped');
  equal([log.branch?.end?.reason, log.branch?.given, log.branch?.shared], ['length', 2, 0]);
});

test('a token remembers the settings it was written with', () => {
  const log = read([...TEXT, { kind: 'more', branch: 0, settings: { seed: 8 } }, token(6, '!')]);
  equal(
    [log.tokens[0].settings, log.tokens[4].settings, log.tokens[5].settings],
    [{ seed: 5 }, { seed: 5 }, { seed: 8 }],
  );
});

test('a branch shares its first tokens with its parent and comes into view', () => {
  const log = read([...TEXT, ...BRANCH]);
  equal([log.view, plainText(log.tokens), log.branch?.shared, log.branch?.given], [1, 'The rain had else.', 3, 4]);
  ok(log.branches[0].tokens[2] === log.branches[1].tokens[2], 'the shared tokens are other objects');
  equal(plainText(log.branches[0].tokens), 'The rain had stopped');
});

test('continuing a branch takes back its end and what was copied', () => {
  const copied = { kind: 'copied', branch: 0, spans: [], train_loss: 1, val_loss: 2 };
  const log = read([...TEXT, copied, START, { kind: 'more', branch: 0, settings: {} }]);
  equal([log.branch?.end, log.branch?.copied, log.branch?.given, log.job], [null, null, 5, 'job-1']);
});

test('an error is kept until the next event is accepted', () => {
  const log = read([...TEXT, { kind: 'error', says: 'The prompt is empty.' }]);
  equal([log.error, log.job, log.tokens.length], ['The prompt is empty.', null, 5]);
  log.read(log.with(START));
  equal([log.error, log.job], ['', 'job-1']);
});

test('a line that is not complete waits for the rest', () => {
  const text = logOf(TEXT);
  const log = new TokenLog();
  log.read(text.slice(0, text.length - 20), 0);
  equal([log.branch?.end, log.tokens.length], [null, 5]);
  ok(log.read(text, 0), 'the rest was not seen as appended');
  equal(log.branch?.end?.reason, 'length');
});

test('a log that does not continue the one before is read anew', () => {
  const log = read(TEXT);
  ok(!log.read(logOf([START, DESK, FIRST, PROMPT[0]])), 'it was seen as appended');
  equal([log.tokens.length, log.branches.length], [1, 1]);
  ok(!log.read(''), 'an empty log was seen as appended');
  equal([log.tokens.length, log.branches.length, log.job], [0, 0, null]);
});

test('a token without a branch belongs to no text, not to one that was read before', () => {
  const log = read(TEXT);
  const { branch } = log;
  log.read(logOf([START, DESK, token(6, '!')]));
  equal([log.tokens.length, branch?.tokens.length], [0, 5]);
});

test('line separators inside a token do not part lines', () => {
  equal(plainText(read([DESK, FIRST, token(3, 'a\u2028b\u0085c\u2029')]).tokens), 'a\u2028b\u0085c\u2029');
});

test('in whatever pieces a log comes, it says the same as all at once', () => {
  for (let seed = 0; seed < 40; seed++) {
    const below = randomIntegers(seed);
    const text = logOf(randomLines(below).lines);
    const [once, pieces] = [new TokenLog(), new TokenLog()];
    once.read(text, 0);
    for (let end = 0; end < text.length; end += 1 + below(300)) pieces.read(text.slice(0, end), 0);
    pieces.read(text, 0);
    equal(contents(pieces), contents(once));
  }
});

test('whatever the reader presses, every branch begins with its parent and grows by what was written', () => {
  for (let seed = 0; seed < 40; seed++) {
    const { lines, lengths, view } = randomLines(randomIntegers(seed));
    const log = read(lines);
    equal([log.branches.map(({ tokens }) => tokens.length), log.view], [lengths, view]);
    for (const { parent, shared, tokens, given } of log.branches) {
      const above = parent === null ? [] : log.branches[parent].tokens;
      ok(
        tokens.slice(0, shared).every((each, i) => each === above[i]),
        'a shared token differs',
      );
      ok(
        tokens.every((each) => each.settings !== undefined),
        'a token has no settings',
      );
      ok(shared <= given && given <= tokens.length, `${given} of ${tokens.length} tokens given`);
    }
  }
});

test('a branch that continues with one token is not the others', () => {
  const log = read([...TEXT, ...BRANCH, { kind: 'view', branch: 0 }]);
  equal([log.view, plainText(log.tokens)], [0, 'The rain had stopped']);
});

test('the first token of a text has no probability', () => {
  equal(read(TEXT).tokens.map(isScored), [false, true, true, true, true]);
});

test('the stages of a token are asked for with what stood before it', () => {
  equal(read(TEXT).stagesQuery(3), {
    run: 'tale',
    step: 40,
    weights: 'float32',
    before: [1, 2, 3],
    n_prompt: 2,
    settings: { seed: 5 },
  });
});

test('what the model sees is what the server says', () => {
  const long = [token(3, 'a'), token(4, 'b', { s: 2 }), token(5, 'c', { s: 3 })];
  const writing = read([DESK, FIRST, ...PROMPT, ...long]);
  equal(sightOf(writing.branches[0]), { first: 3, size: 1 });
  const ended = read([DESK, FIRST, ...PROMPT, ...long, { ...END, seen_from: 4 }]);
  equal(sightOf(ended.branches[0]), { first: 4, size: 1 });
});

test('a log from before the server said what the model sees is read', () => {
  const { seen_from: _, ...end } = END;
  equal(sightOf(read([...TEXT.slice(0, -1), end]).branches[0]), { first: 0, size: 4 });
});
