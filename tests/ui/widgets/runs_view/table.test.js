import { equal, ok, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { runOf, runsTemplate } from '/tests/runs_view/fixtures.js';
import { part, parts } from '/widgets/lib/dom.js';
import { RunsTable } from '/widgets/runs_view/table.js';

const RUNS = [runOf('a', { val_loss: 2 }), runOf('b', { val_loss: 1, created: 3000 }), runOf('c', { val_loss: 3, created: 2000 })];

async function made() {
  const view = await runsTemplate();
  /** @type {string[][]} */
  const choices = [];
  const table = new RunsTable(view, (names) => choices.push(names));
  table.draw(RUNS);
  return { view, table, choices };
}

const order = (/** @type {HTMLElement} */ view) => texts(view, 'tbody .rv-c-name').join('');
const row = (/** @type {HTMLElement} */ view, /** @type {string} */ name) =>
  parts(view, 'tbody tr').find((each) => part(each, '.rv-c-name').textContent === name) ?? document.body;
const heading = (/** @type {HTMLElement} */ view, /** @type {string} */ title) =>
  parts(view, 'thead th').find((each) => each.textContent === title) ?? document.body;

test('runs are listed newest first, a heading sorts them and says so', async () => {
  const { view } = await made();
  equal([order(view), heading(view, 'Made').getAttribute('aria-sort')], ['bca', 'descending']);
  part(heading(view, 'Validation, last'), 'button').click();
  equal([order(view), heading(view, 'Validation, last').getAttribute('aria-sort')], ['bac', 'ascending']);
  equal([heading(view, 'Made').getAttribute('aria-sort'), part(view, '.rv-sort select', HTMLSelectElement).value], [null, 'val_loss']);
});

test('the list of columns sorts as well', async () => {
  const { view } = await made();
  const sorter = part(view, '.rv-sort select', HTMLSelectElement);
  sorter.value = 'name';
  sorter.dispatchEvent(new Event('change'));
  equal(order(view), 'abc');
});

test('rows keep their nodes, and those of runs that are gone are removed', async () => {
  const { view, table } = await made();
  const before = row(view, 'a');
  table.draw([runOf('a', { state: 'running', live: true, pinned: true })]);
  ok(row(view, 'a') === before, 'another row');
  equal([order(view), before.dataset.state, before.classList.contains('rv-pinned')], ['a', 'running', true]);
  table.draw([]);
  equal([order(view), part(view, '.rv-table').hidden], ['', true]);
});

test('a click chooses a run alone, and again takes it out; with Ctrl it is added', async () => {
  const { view, choices } = await made();
  row(view, 'a').click();
  row(view, 'b').dispatchEvent(new MouseEvent('click', { ctrlKey: true, bubbles: true }));
  row(view, 'c').click();
  row(view, 'c').click();
  equal(choices, [['a'], ['a', 'b'], ['c'], []]);
});

test('ticks choose several runs', async () => {
  const { view, table, choices } = await made();
  const tick = (/** @type {string} */ name) => part(row(view, name), 'input', HTMLInputElement);
  for (const name of ['c', 'a', 'c']) tick(name).click();
  equal([choices, table.chosen], [[['c'], ['c', 'a'], ['a']], ['a']]);
  equal([tick('a').checked, tick('c').checked, row(view, 'a').classList.contains('rv-on')], [true, false, true]);
});

test('a chosen run that is gone is no longer chosen', async () => {
  const { table, choices } = await made();
  table.choose(['a', 'b']);
  table.draw(RUNS);
  table.draw(RUNS.slice(0, 1));
  equal([choices, table.chosen], [[['a', 'b'], ['a']], ['a']]);
});
