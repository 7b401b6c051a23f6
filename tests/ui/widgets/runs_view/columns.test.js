import { equal, test } from '/tests/check.js';
import { runOf } from '/tests/runs_view/fixtures.js';
import { COLUMNS, ago, sortAfterClick, sorted } from '/widgets/runs_view/columns.js';

/** @typedef {import('/widgets/runs_view/columns.js').Run} Run */

/** @param {string} key @param {Partial<Run>} changes */
const cell = (key, changes) => COLUMNS.find((column) => column.key === key)?.text(runOf('a', changes), 2000);

/** @param {Run[]} runs @param {string} key @param {boolean} [down] */
const order = (runs, key, down = false) => sorted(runs, { key, down }).map((run) => run.name).join(' ');

test('a run reads as one row', () => {
  const row = COLUMNS.map(({ text }) => text(runOf('a'), 1000 + 7200));
  equal(row, ['a', 'river', 'nano', '20 / 20', '2.000', '3.000', '2.500', '12.2', '900', 'Finished', '2.00 MB', '2 h ago']);
});

test('what is not known yet is a dash', () => {
  equal(['preset', 'val_loss', 'perplexity', 'speed'].map((key) => cell(key, { preset: '', val_loss: null, best_val_loss: null, tokens_per_s: null })),
    ['–', '–', '–', '–']);
  equal(cell('step', { step: 7, total_steps: null }), '7');
});

test('a waiting run shows its place, a live one what it does, any other its state', () => {
  equal(cell('state', { state: 'queued', live: true, queue_place: 3 }), 'Waiting: 3rd');
  equal(cell('state', { state: 'running', live: true, message: 'Reading the text' }), 'Reading the text');
  equal(cell('state', { state: 'failed', message: 'No memory is left.' }), 'Failed');
});

test('a moment is told as how long ago, after a day as its date', () => {
  equal([30, 90, 4000, 100000].map((seconds) => ago(1e9, 1e9 + seconds)), ['just now', '1 min ago', '1 h ago', '2001-09-09']);
});

test('runs are sorted by a column in either direction', () => {
  const runs = [runOf('b', { val_loss: 2 }), runOf('a', { val_loss: 10 }), runOf('c', { val_loss: 1 })];
  equal([order(runs, 'val_loss'), order(runs, 'val_loss', true), order(runs, 'name')], ['c b a', 'a b c', 'a b c']);
});

test('pinned runs are first and unknown values last in either direction, equal ones by name', () => {
  const runs = [runOf('d', { val_loss: null }), runOf('c'), runOf('b'), runOf('a', { pinned: true, val_loss: 99 })];
  equal([order(runs, 'val_loss'), order(runs, 'val_loss', true)], ['a b c d', 'a b c d']);
});

test('letters sort without regard to case', () => {
  equal(order([runOf('B'), runOf('a')], 'name'), 'a B');
});

test('a second click on a heading turns the order, another column begins with its own', () => {
  const down = { key: 'created', down: true };
  equal(sortAfterClick(down, 'created'), { key: 'created', down: false });
  equal([sortAfterClick(down, 'step'), sortAfterClick(down, 'val_loss')], [{ key: 'step', down: true }, { key: 'val_loss', down: false }]);
});
