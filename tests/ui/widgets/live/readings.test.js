import { equal, ok, test } from '/tests/check.js';
import { SERIES, SESSION, evaluated, newsOf, statusOf, stepsOf } from '/tests/live/fixtures.js';
import { loopTexts, peakHelp, progress, tileTexts } from '/widgets/live/readings.js';
import { RunRecord } from '/widgets/live/record.js';

/** @param {Partial<import('/widgets/live/live.js').News>} [changes] */
function recordOf(changes) {
  const record = new RunRecord(SERIES);
  record.add(newsOf(changes));
  return record;
}

const EMPTY = new RunRecord(SERIES);

test('progress is counted from the curve, or else from the status', () => {
  equal(progress(recordOf(), statusOf()), { done: 4, total: 40, share: 0.1 });
  equal(progress(EMPTY, statusOf({ step: 7, total_steps: null })), { done: 7, total: null, share: 0 });
});

test('the tiles show the last evaluation', () => {
  const texts = tileTexts(recordOf({ evals: [evaluated(1, 9, 9), evaluated(4, 2, 2.5)] }), statusOf({ best_val_loss: 2.25 }));
  equal([texts.train, texts.val, texts['val-sub'], texts['train-sub']], ['2.000', '2.500', 'best 2.250', 'step 4 of 40']);
  equal([texts.perplexity, texts['perplexity-sub']], ['12.2', 'at the last evaluation, best 9.5: as unsure as choosing among 12 tokens']);
});

test('a certain model chooses among one token', () => {
  equal(tileTexts(recordOf({ evals: [evaluated(4, 0, 0.1)] }), statusOf())['perplexity-sub'], 'at the last evaluation: as unsure as choosing among 1 token');
});

test('before an evaluation the training loss is that of the last step', () => {
  const texts = tileTexts(recordOf({ evals: [] }), statusOf());
  equal([texts.train, texts.val, texts.perplexity, texts['perplexity-sub']], ['4.600', '–', '–', ' ']);
});

test('the time left follows from the time so far, while the run is live', () => {
  equal(tileTexts(recordOf(), statusOf()).left, '18 s');
  equal(tileTexts(recordOf(), statusOf({ state: 'stopped', live: false })).left, '–');
  equal(tileTexts(recordOf(), statusOf({ state: 'completed', live: false })).left, 'Done');
  equal(tileTexts(EMPTY, statusOf({ step: 0, elapsed_s: 0 })).left, '–');
  equal(tileTexts(recordOf(), statusOf())['left-sub'], '2.0 s and 256 tokens so far');
});

test('the speed is compared with a peak that was measured and can be one', () => {
  equal(tileTexts(recordOf(), statusOf())['speed-sub'], "50 % of this machine's peak");
  for (const peak_flop_per_s of [null, undefined, 1e8]) {
    equal(tileTexts(recordOf({ sitting: { ...SESSION, peak_flop_per_s } }), statusOf())['speed-sub'], ' ');
  }
  ok(peakHelp(SESSION).includes('1 billion a second'), peakHelp(SESSION));
  equal([peakHelp(null), peakHelp({ ...SESSION, peak_flop_per_s: null })], ['', '']);
});

test('the loop shows the batch within its epoch', () => {
  const texts = loopTexts(recordOf({ steps: stepsOf(13), samples: [{ step: 10, epoch: 1, text: 'a' }] }), 4);
  equal(texts, {
    epoch: '2 of 4', batch: '3 of 10', zero: '0', loss: '3.700', backward: 'norm 1.50', update: 'lr 1e-3',
    report: 'at step 1', sample: 'after epoch 1',
  });
});

test('the last batch of an epoch belongs to it', () => {
  const texts = loopTexts(recordOf({ steps: stepsOf(10) }), 4);
  equal([texts.epoch, texts.batch], ['1 of 4', '10 of 10']);
});

test('the loop is empty before the first step', () => {
  equal(Object.values(loopTexts(EMPTY, undefined)), ['–', '–', '–', '–', '–', '–', '–', '–']);
});
