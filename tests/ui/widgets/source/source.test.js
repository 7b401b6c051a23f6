import { equal, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { goTo, readPlace, setDefaultPrompt } from '/widgets/lib/place.js';

const CONSTANTS = { chapter: labState().words, max_words: 40, max_word_chars: 40, max_logit: 1000, tops: [10, 20, 30, 50] };
/** @param {Parameters<typeof labState>[0]} [changes] */
function mountSource(changes) {
  history.replaceState(null, '', location.pathname);
  setDefaultPrompt('Every effort');
  goTo({ run: 'clock' }, { replace: true });
  return mountWidget('source', { value: labState(changes), constants: CONSTANTS });
}

const isHidden = (/** @type {ParentNode} */ element, /** @type {string[]} */ ...selectors) =>
  selectors.map((selector) => part(element, selector).hidden);

test('words are shown the prompt only while they are edited', async () => {
  const { element } = await mountSource();
  equal(isHidden(element, '.toy', '.model', '.prompt'), [false, true, true]);
  equal([texts(element, 'summary'), element.querySelectorAll('tbody tr').length], [['9 words, their logits, the text so far: edit'], 9]);
  part(element, 'details', HTMLDetailsElement).open = true;
  await until(() => !part(element, '.prompt').hidden, 'no prompt');
});

test('the switch takes the current run, step and prompt', async () => {
  const { element, props, events } = await mountSource();
  parts(element, 'input[type=radio]')[1].click();
  equal(isHidden(element, '.toy', '.model', '.prompt'), [true, false, false]);
  const state = () => JSON.parse(props.value ?? '');
  equal([state(), events.length], [labState({ source: 'model', run: 'clock', prompt: 'Every effort' }), 2]);
  goTo({ run: 'older', step: '9', prompt: 'The old' });
  equal([state().run, state().step, state().prompt], ['older', 9, 'The old']);
});

test('words do not change with the current run', async () => {
  const { events } = await mountSource();
  goTo({ run: 'older', prompt: 'The old' });
  equal(events, []);
});

test('a state from elsewhere is shown, but not over what is being typed', async () => {
  const { element, update } = await mountSource({ source: 'model', run: 'clock' });
  const prompt = part(element, 'textarea', HTMLTextAreaElement);
  prompt.focus();
  prompt.value = 'The old';
  update(labState({ source: 'model', run: 'clock', find: ' tower', top: 50, prompt: 'Every effort' }));
  const values = ['.find', '.top'].map((name) => /** @type {HTMLInputElement} */ (part(element, name)).value);
  equal([values, prompt.value], [[' tower', '50'], 'The old']);
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
  equal(readPlace().prompt, 'The');
});
