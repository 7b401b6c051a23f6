import { equal, test } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { CATALOGUE } from '/tests/stage_list/catalogue.js';
import { texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { makeStageRow } from '/widgets/stage_list/stage_row.js';

/** @param {number} i @param {number} count */
function makeRow(i, count) {
  const entry = { name: 'top_k', on: true, k: 9 };
  /** @type {unknown[]} */
  const done = [];
  const panel = {
    catalogue: CATALOGUE, state: () => labState(), vocabSize: () => 9, commit: () => done.push(['commit', entry.on]), tokens: async () => ({}),
  };
  const row = makeStageRow(panel, entry, i, count, { move: (to, focus) => done.push([to, focus]), remove: () => done.push('remove') });
  document.body.replaceChildren(row.item);
  return { ...row, entry, done };
}

test('a row names its stage, its place and its buttons', () => {
  const { item } = makeRow(1, 3);
  equal([texts(item, '.name'), texts(item, '.help'), part(item, '.help').title], [['Top-k'], ['Keep the k likeliest tokens.'], 'More on top-k.']);
  equal(parts(item, 'button').map((button) => button.ariaLabel),
    ['Top-k, place 2 of 3: move with the arrow keys', 'move Top-k up', 'move Top-k down', 'take Top-k out']);
});

test('the first stage cannot go up, the last not down', () => {
  const disabled = (/** @type {number} */ i) => ['.up', '.down'].map((name) => part(makeRow(i, 2).item, name, HTMLButtonElement).disabled);
  equal([disabled(0), disabled(1)], [[true, false], [false, true]]);
});

test('buttons and keys of the grip move and remove', () => {
  const { item, done } = makeRow(1, 3);
  for (const name of ['.up', '.down', '.mini:last-child']) part(item, name).click();
  const events = ['ArrowUp', 'End', 'Tab'].map((key) => new KeyboardEvent('keydown', { key, cancelable: true }));
  for (const event of events) part(item, '.grip').dispatchEvent(event);
  equal(done, [[0, '.up'], [2, '.down'], 'remove', [0, '.grip'], [2, '.grip']]);
  equal(events.map((event) => event.defaultPrevented), [true, true, false]);
});

test('the switch turns the stage off, and shows what it is told', () => {
  const { item, entry, done, show } = makeRow(0, 1);
  const on = part(item, 'input[type=checkbox]', HTMLInputElement);
  on.click();
  equal([entry.on, item.className, done], [false, 'stage off', [['commit', false]]]);
  entry.on = true;
  show();
  equal([on.checked, item.className], [true, 'stage']);
});
