import { equal, test, until } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { goTo, readPlace, setDefaultPrompt } from '/widgets/lib/place.js';

const CONSTANTS = { chapter: labState().words, max_words: 40, max_word_chars: 40, max_logit: 1000, tops: [10, 20, 30, 50], prompt: labState().prompt };
/** @param {Parameters<typeof labState>[0]} [changes] */
function mountSource(changes) {
  history.replaceState(null, '', location.pathname);
  setDefaultPrompt('Every effort');
  goTo({ run: 'clock' }, { replace: true });
  return mountWidget('source', { value: labState(changes), constants: CONSTANTS });
}

const isHidden = (/** @type {ParentNode} */ element, /** @type {string[]} */ ...selectors) =>
  selectors.map((selector) => part(element, selector).hidden);

test('the sentence that is continued is always shown, words and prompt are edited in one place', async () => {
  const { element } = await mountSource();
  equal([texts(element, '.sentence .text'), isHidden(element, '.toy', '.model', '.none')], [['every effort moves you'], [false, true, true]]);
  equal([texts(element, 'summary'), element.querySelectorAll('tbody tr').length], [['Edit words and logits'], 9]);
  equal(texts(element, '.switch span'), ['Nine words', 'A trained model']);
  part(element, '.sentence .text').click();
  equal([part(element, 'details', HTMLDetailsElement).open, document.activeElement?.tagName], [true, 'TEXTAREA']);
});

test('the switch takes the current run, step and prompt', async () => {
  const { element, props, events } = await mountSource();
  parts(element, 'input[type=radio]')[1].click();
  equal(isHidden(element, '.toy', '.model', '.none'), [true, false, true]);
  equal([texts(element, '.sentence .text'), texts(element, 'summary')], [['Every effort'], ['Edit prompt, find a token']]);
  const state = () => JSON.parse(props.value ?? '');
  equal([state(), events.length], [labState({ source: 'model', run: 'clock', prompt: 'Every effort' }), 2]);
  goTo({ run: 'older', step: '9', prompt: 'The old' });
  equal([state().run, state().step, state().prompt], ['older', 9, 'The old']);
});

test('words keep their own sentence while a model continues the prompt of the page', async () => {
  const { element, props } = await mountSource({ prompt: 'you and pizza' });
  const [toy, model] = parts(element, 'input[type=radio]');
  model.click();
  equal(JSON.parse(props.value ?? '').prompt, 'Every effort');
  toy.click();
  equal([JSON.parse(props.value ?? '').prompt, texts(element, '.sentence .text')], ['you and pizza', ['you and pizza']]);
  goTo({ prompt: 'The old' });
  equal(texts(element, '.sentence .text'), ['you and pizza']);
});

test('without a run the page says how to make one', async () => {
  history.replaceState(null, '', location.pathname);
  const { element } = await mountWidget('source', { value: labState({ source: 'model' }), constants: CONSTANTS });
  equal(isHidden(element, '.none'), [false]);
});

test('words do not change with the current run', async () => {
  const { events } = await mountSource();
  goTo({ run: 'older', prompt: 'The old' });
  equal(events, []);
});

test('a state from elsewhere is shown, but not over what is being typed', async () => {
  const { element, update } = await mountSource({ source: 'model', run: 'clock' });
  part(element, 'details', HTMLDetailsElement).open = true;
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
  equal([element.querySelectorAll('tbody tr').length, texts(element, '.switch span')[0]], [2, '1 word']);
});

test('the prompt changes the state once typing has rested', async () => {
  const { element, props } = await mountSource({ source: 'model', run: 'clock' });
  const prompt = part(element, 'textarea', HTMLTextAreaElement);
  for (const text of ['T', 'Th', 'The']) {
    prompt.value = text;
    prompt.dispatchEvent(new Event('input'));
  }
  await until(() => JSON.parse(props.value ?? '').prompt === 'The', 'not changed');
  equal([readPlace().prompt, texts(element, '.sentence .text')], ['The', ['The']]);
  prompt.value = '';
  prompt.dispatchEvent(new Event('input'));
  await until(() => JSON.parse(props.value ?? '').prompt === '', 'not emptied'); // the server says what is wrong with it
  equal(readPlace().prompt, 'The');
});
