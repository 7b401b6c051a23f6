import { equal, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';

const CONSTANTS = { chapter: labState().words, max_words: 40, max_word_chars: 40, max_logit: 1000, tops: [10, 20, 30, 50] };
const runs = () => ({ runs: [{ name: 'clock', steps: [4] }] });
/** @param {Parameters<typeof labState>[0]} [changes] */
const mountSource = (changes) => mountWidget('source', { value: labState(changes), constants: CONSTANTS, server: { runs } });
const isHidden = (/** @type {ParentNode} */ element, /** @type {string[]} */ ...selectors) =>
  selectors.map((selector) => part(element, selector).hidden);

test('words are shown without asking the server, the prompt only while they are edited', async () => {
  const { element, questions } = await mountSource();
  equal([isHidden(element, '.toy', '.model', '.prompt'), questions], [[false, true, true], []]);
  equal([texts(element, 'summary'), element.querySelectorAll('tbody tr').length], [['9 words, their logits, the text so far: edit'], 9]);
  part(element, 'details', HTMLDetailsElement).open = true;
  await until(() => !part(element, '.prompt').hidden, 'no prompt');
});

test('the switch asks for the runs and takes the newest', async () => {
  const { element, props, events, questions } = await mountSource();
  parts(element, 'input[type=radio]')[1].click();
  equal(isHidden(element, '.toy', '.model', '.prompt'), [true, false, false]);
  await until(() => events.length === 2, 'no run chosen');
  equal(questions, [['runs', {}]]);
  equal(JSON.parse(props.value ?? ''), labState({ source: 'model', run: 'clock' }));
});

test('a state from elsewhere is shown, but not over what is being typed', async () => {
  const { element, update } = await mountSource({ source: 'model', run: 'clock' });
  const prompt = part(element, 'textarea', HTMLTextAreaElement);
  prompt.focus();
  prompt.value = 'The old';
  update(labState({ source: 'model', run: 'older', find: ' tower', top: 50, prompt: 'other' }));
  const values = ['.run', '.find', '.top', '.step'].map((name) => /** @type {HTMLInputElement} */ (part(element, name)).value);
  equal([values, prompt.value], [['older', ' tower', '50', 'last'], 'The old']);
});

test('a change of the words from elsewhere rebuilds the table, unless it is being edited', async () => {
  const { element, update } = await mountSource();
  part(element, 'details', HTMLDetailsElement).open = true;
  update(labState({ words: [['a', 1], ['b', 2]] }));
  equal(element.querySelectorAll('tbody tr').length, 2);
  part(element, 'tbody input').focus();
  update(labState({ words: [['a', 1]] }));
  equal([element.querySelectorAll('tbody tr').length, texts(element, 'summary')], [2, ['1 word, their logits, the text so far: edit']]);
});

test('the prompt changes the state once typing has rested', async () => {
  const { element, props } = await mountSource({ source: 'model', run: 'clock' });
  const prompt = part(element, 'textarea', HTMLTextAreaElement);
  for (const text of ['T', 'Th', 'The']) {
    prompt.value = text;
    prompt.dispatchEvent(new Event('input'));
  }
  await until(() => JSON.parse(props.value ?? '').prompt === 'The', 'not changed');
});
