import { equal, test } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { texts } from '/tests/mounting.js';
import { node, part, parts } from '/widgets/lib/dom.js';
import { makeWordTable } from '/widgets/source/word_table.js';

/** @type {[string, number][]} */
const WORDS = [['a', 1], ['b', 2]];
const LIMITS = { chapter: /** @type {[string, number][]} */ ([['pizza', -1.89]]), max_words: 3, max_word_chars: 40, max_logit: 1000 };

function makeTable() {
  const root = node('section', {}, node('div', { class: 'switch' }, node('span')),
    node('details', { open: true }, node('summary'), node('table', {}, node('tbody'))),
    node('button', { class: 'add' }), node('button', { class: 'back' }), node('div', { 'aria-live': 'polite' }));
  document.body.replaceChildren(root);
  let state = labState({ words: WORDS });
  const lab = { state: () => state, change: (/** @type {object} */ changes) => { state = { ...state, ...changes }; } };
  makeWordTable(root, lab, LIMITS).show();
  return { root, words: () => state.words, boxes: () => parts(root, 'td input', HTMLInputElement) };
}

const input = (/** @type {HTMLInputElement} */ box, /** @type {string} */ value) => {
  box.value = value;
  box.dispatchEvent(new Event('input'));
};

test('words and logits are edited in place', () => {
  const { words, boxes } = makeTable();
  input(boxes()[0], 'c');
  input(boxes()[1], '-2.5');
  equal(words(), [['c', -2.5], ['b', 2]]);
});

test('invalid words and logits are marked and change nothing', () => {
  const { words, boxes } = makeTable();
  const [text, logit] = boxes();
  input(text, 'b');
  equal(text.validationMessage, 'This word is there already.');
  input(text, '');
  for (const value of ['', '1001', '-1001']) input(logit, value);
  equal([words(), text.checkValidity()], [WORDS, false]);
  input(text, 'c');
  equal(text.checkValidity(), true);
});

test('the bounds of the boxes are those of the server', () => {
  const [text, logit] = makeTable().boxes();
  equal([text.maxLength, logit.min, logit.max], [40, '-1000', '1000']);
});

test('a word is added up to the limit, with its name selected', () => {
  const { root, words, boxes } = makeTable();
  part(root, '.add').click();
  equal(words().at(-1), ['word 3', 0]);
  equal([document.activeElement === boxes()[4], part(root, '.add', HTMLButtonElement).disabled], [true, true]);
});

test('a removed word is announced and focus goes to the next button; the last word stays', () => {
  const { root, words } = makeTable();
  const remove = () => parts(root, 'td button', HTMLButtonElement);
  remove()[1].click();
  equal([words(), texts(root, '[aria-live]')], [[['a', 1]], ['b taken out.']]);
  equal([document.activeElement === remove()[0], remove()[0].disabled], [false, true]);
});

test('the words of the chapter come back with one click', () => {
  const { root, words } = makeTable();
  part(root, '.back').click();
  equal([words(), texts(root, '.switch span')], [LIMITS.chapter, ['1 word']]);
});
