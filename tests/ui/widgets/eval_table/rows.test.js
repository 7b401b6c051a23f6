import { equal, test } from '/tests/check.js';
import { COLUMNS, readWanted, sorted, toCsv, toMarkdown, withModel } from '/widgets/eval_table/rows.js';

/** @type {import('/widgets/eval_table/rows.js').Row[]} */
const ROWS = [
  { run: 'b, "x" | y', step: 20, source: 'train', tokens: 4678, loss: 2, perplexity: Math.exp(2), bits_per_byte: 0.75, first_share: 0.6, first_ten_share: 0.8 },
  { run: 'a', step: 3, source: 'validation' },
  { run: 'c', step: 100, source: 'own', tokens: 5, loss: 6.2, perplexity: Math.exp(6.2), bits_per_byte: 2.25, first_share: 0.1, first_ten_share: 0.4, context_length: 128, stride: 64 },
];
const runs = (/** @type {typeof ROWS} */ rows) => rows.map(({ run }) => run[0]);

test('rows are sorted by number or text; what is not measured yet comes last', () => {
  equal(runs(sorted(ROWS, 'run', false)), ['a', 'b', 'c']);
  equal(runs(sorted(ROWS, 'step', true)), ['c', 'b', 'a']);
  equal(runs(sorted(ROWS, 'loss', false)), ['b', 'c', 'a']);
  equal(runs(sorted(ROWS, 'loss', true)), ['c', 'b', 'a']);
  equal(runs(ROWS), ['b', 'a', 'c']);
});

test('a row shows its numbers, or that they are coming', () => {
  equal(COLUMNS.map(({ show }) => show(ROWS[2])), ['c', '100', 'own text', '5', '6.2000', '493', '2.250', '10.0 %', '40.0 %', '128', '64']);
  equal(COLUMNS.map(({ show }) => show(ROWS[1])), ['a', '3', 'validation', '…', '…', '…', '…', '…', '…', '…', '…']);
  equal(COLUMNS.map(({ show }) => show({ ...ROWS[1], hasFailed: true })).slice(2, 5), ['validation', '–', '–']);
});

test('CSV has all digits and quotes what needs it', () => {
  const lines = toCsv(ROWS).split('\r\n');
  equal(lines[0], 'Run,Step,Text,Tokens,Loss,Perplexity,Bits per byte,Ranked first,In the first ten,Window,Stride');
  equal(lines[1], `"b, ""x"" | y",20,train,4678,2,${Math.exp(2)},0.75,0.6,0.8,,`);
  equal(lines[2], 'a,3,validation,,,,,,,,');
});

test('Markdown is a table, whatever the names hold', () => {
  const lines = toMarkdown(ROWS).split('\n');
  equal(lines[1], '| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  equal(lines[2].startsWith('| b, "x" \\| y | 20 | training | 4,678 | 2.0000 | 7.4 |'), true);
});

test('what the address asks for is read, and what is damaged is left out', () => {
  equal(readWanted(null), { models: [], reading: 'sliding' });
  equal(readWanted('{"models":[["a","last"],["b"],7],"reading":"chapter"}'), { models: [['a', 'last']], reading: 'chapter' });
  equal(readWanted('{"models":"x"}').models, []);
});

test('a model is added once, and eight are kept', () => {
  let wanted = readWanted(null);
  for (let i = 0; i < 10; i++) wanted = withModel(wanted, `run${i}`, 'last');
  equal([wanted.models.length, wanted.models[0][0]], [8, 'run2']);
  equal(withModel(wanted, 'run5', 'last').models.at(-1), ['run5', 'last']);
  equal(withModel(wanted, 'run5', 'last').models.length, 8);
});
