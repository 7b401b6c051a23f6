import { equal, ok, test } from '/tests/check.js';
import { begun, logOf, NUMBERS, score, STEPS, THREE, token } from '/tests/lanes/lane_fixture.js';
import { randomIntegers } from '/tests/random.js';
import { hasNumbers, LaneLog, savedTexts } from '/widgets/lanes/lane_log.js';

/** @param {Record<string, unknown>[]} lines */
function read(lines) {
  const log = new LaneLog();
  log.read(logOf(lines));
  return log;
}

test('tokens and scores come to their lanes', () => {
  const log = read([...begun(THREE), token(0, 5, 'a'), token(2, 6, 'b'), token(0, 7, 'c'), { kind: 'end' }, score(2)]);
  equal(
    log.lanes.map(({ tokens }) => tokens.map(({ t }) => t).join('')),
    ['ac', '', 'b'],
  );
  equal(
    log.lanes.map((lane) => hasNumbers(lane.score)),
    [false, false, true],
  );
  equal([log.job, log.head?.prompt, log.bySteps], [null, 'It', false]);
});

test('a lane parts at its first token that differs from the first lane', () => {
  const log = read([
    ...begun(THREE),
    ...[0, 1, 2].map((lane) => token(lane, 7, ' rains')),
    ...[0, 1, 2].map((lane) => token(lane, lane === 2 ? 9 : 8, ' word')),
    ...[0, 1, 2].map((lane) => token(lane, lane === 1 ? 5 : 4, ' more')),
  ]);
  equal(
    log.lanes.map(({ parted }) => parted),
    [-1, 2, 1],
  );
});

test('a lane that is longer than the first one parts where that ends', () => {
  equal(read([...begun(THREE), token(0, 7, 'a'), token(1, 7, 'a'), token(1, 7, 'a')]).lanes[1].parted, 1);
});

test('steps of a run do not part from each other', () => {
  const log = read([...begun(STEPS), token(0, 1, 'x'), token(1, 2, 'y')]);
  equal([log.bySteps, log.lanes.map(({ parted }) => parted)], [true, [-1, -1, -1]]);
});

test('what was written stays until other texts begin', () => {
  const log = read([...begun(THREE), token(0, 1, 'x'), { kind: 'end' }]);
  const { lanes } = log;
  log.read(logOf([{ kind: 'start', job: 'job-2' }]));
  ok(log.lanes === lanes, 'the texts are gone');
  equal(log.job, 'job-2');
  log.read(
    logOf([
      { kind: 'start', job: 'job-2' },
      { kind: 'error', says: 'choose 2 to 6' },
    ]),
  );
  equal([log.job, log.error, log.lanes[0].tokens.length], [null, 'choose 2 to 6', 1]);
  log.read(logOf(begun(STEPS)));
  equal([log.error, log.lanes.map(({ tokens }) => tokens.length)], ['', [0, 0, 0]]);
});

test('in whatever pieces a log comes, it says the same as all at once', () => {
  for (let seed = 0; seed < 20; seed++) {
    const below = randomIntegers(seed);
    const tokens = Array.from({ length: 40 }, () => token(below(3), below(4), ` w${below(9)}`));
    const text = logOf([...begun(THREE), ...tokens, { kind: 'end' }, score(0), score(1), score(2)]);
    const [once, pieces] = [new LaneLog(), new LaneLog()];
    once.read(text);
    for (let end = 0; end < text.length; end += 1 + below(200)) pieces.read(text.slice(0, end));
    pieces.read(text);
    equal([pieces.lanes, pieces.job, pieces.text], [once.lanes, once.job, once.text]);
  }
});

test('texts are saved with their ids, ratings and scores', () => {
  const log = read([
    ...begun(THREE),
    token(0, 5, 'a'),
    token(0, 6, 'b'),
    { kind: 'end' },
    score(0),
    { kind: 'score', lane: 1 },
  ]);
  const { run, step, prompt, texts } = savedTexts(log, new Map([[1, 4]]));
  equal([run, step, prompt, texts.length], ['tale', 40, 'It', 3]);
  equal(texts[0], {
    title: 'one',
    note: 'about one',
    step: undefined,
    text: 'ab',
    ids: [5, 6],
    rating: null,
    score: { kind: 'score', lane: 0, ...NUMBERS },
  });
  equal([texts[1].rating, texts[1].score], [4, null]);
});

test('texts that were written before are kept and saved as they are', () => {
  const log = read([...begun(STEPS), { kind: 'text', lane: 1, text: ' rains' }, { kind: 'end' }, { kind: 'score', lane: 1, n: 1, distinct: 0, repetition: 0, copied: 1 }]);
  equal(log.lanes.map(({ old }) => old), ['', ' rains', '']);
  equal(savedTexts(log, new Map()).texts.map(({ text, score }) => [text, score?.copied ?? null]), [['', null], [' rains', 1], ['', null]]);
});
