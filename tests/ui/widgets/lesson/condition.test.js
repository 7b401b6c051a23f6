import { equal, test } from '/tests/check.js';
import { isDone, shownAnew } from '/widgets/lesson/condition.js';

const PAGE = 'http://page.test/';
const never = () => false;
/** @param {import('/widgets/lesson/condition.js').Condition} condition @param {string} search */
const done = (condition, search) => isDone(condition, PAGE + search, never);
/** @param {unknown[]} stages */
const lab = (...stages) => `?lab=${encodeURIComponent(JSON.stringify({ stages }))}`;

test('a number in the address has to be within bounds', () => {
  const atEnd = { parameter: 'moment', min: 170, empty: true };
  equal(['?moment=169', '?moment=170', '?moment=x', ''].map((search) => done(atEnd, search)), [false, true, false, true]);
  const atStart = { parameter: 'moment', max: 1 };
  equal(['?moment=2', '?moment=1', ''].map((search) => done(atStart, search)), [false, true, false]);
});

test('a setting of a stage has to be within bounds, and the stage switched on', () => {
  const hot = { stage: 'temperature', setting: 'temperature', min: 4.95 };
  const stage = (/** @type {object} */ more) => lab({ name: 'top_k', on: true, k: 3 }, { name: 'temperature', on: true, ...more });
  equal(done(hot, stage({ temperature: 4.9 })), false);
  equal(done(hot, stage({ temperature: 5 })), true);
  equal(done(hot, stage({ temperature: 5, on: false })), false);
  equal([done(hot, ''), done(hot, '?lab={'), done(hot, '?lab={"stages":3}')], [false, false, false]);
});

test('the stages that are on have to be these, in this order', () => {
  const swapped = { order: ['top_p', 'temperature'] };
  const [temperature, top_p] = [{ name: 'temperature', on: true }, { name: 'top_p', on: true }];
  equal(done(swapped, lab(temperature, top_p)), false);
  equal(done(swapped, lab(top_p, temperature)), true);
  equal(done(swapped, lab(top_p, { name: 'min_p', on: false }, temperature)), true);
  equal(done(swapped, lab(top_p)), false);
});

test('a part of the page has to be shown anew', () => {
  equal([isDone({ shown: '.panel' }, PAGE, () => true), done({ shown: '.panel' }, '')], [true, false]);
  const seen = (/** @type {(string | null)[]} */ ...contents) => {
    let i = 0;
    const isNew = shownAnew(() => contents[i++]);
    return contents.slice(1).map(() => isNew());
  };
  equal(seen(null, null, 'A'), [false, true]);
  equal(seen('A', 'A', 'B'), [false, true]);
  equal(seen('A', null, 'A'), [false, true]);
});
