import { equal, ok, test, until } from '/tests/check.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { answerOf } from '/tests/text_view/fixtures.js';
import { part } from '/widgets/lib/dom.js';
import { goTo } from '/widgets/lib/place.js';

const WORD = 'Every effort moves you';

/** @param {(query: any) => object} [answer] */
async function ofRun(answer = ({ window, batch, part: of }) => changed({ number: window, part: of }, { number: batch })) {
  goTo({ run: 'tale' }, { replace: true });
  const mounted = await mountWidget('text_view', { constants: { of: 'run', word: WORD }, server: { text: answer } });
  const last = () => mounted.questions.at(-1)?.[1];
  return { ...mounted, fold: part(mounted.element, '.tv', HTMLDetailsElement), last };
}

/** @param {object} window @param {object} [batch] */
function changed(window, batch = {}) {
  const answer = answerOf();
  return { ...answer, window: { ...answer.window, ...window }, batch: { ...answer.batch, ...batch } };
}

/** @param {Element} element */
const isShown = (element) => until(() => texts(element, '.tv-id').length > 0, 'it shows the answer');

test('closed, it asks for nothing; opened, it shows tokens, parts, window, targets and batch', async () => {
  const { element, fold, questions } = await ofRun();
  equal(questions, []);
  fold.open = true;
  await isShown(element);
  equal(questions[0][1], { part: 'train', window: 1, epoch: 1, batch: 1, word: WORD, run: 'tale' });
  equal(texts(element, '.tv-word-tokens .tv-id'), ['6109', '3626', '6100', '345']);
  equal(texts(element, '.tv-input .tv-token'), ['Every', '·effort', '·moves', '·you']);
  equal(texts(element, '.tv-target .tv-token'), ['·effort', '·moves', '·you', '↵']);
  ok(part(element, '.tv-batch-note').textContent?.includes('(B, T) = (2, 4)'), 'the shape');
  equal(texts(element, '.tv-why').length, 4);
});

test('another window is reached by buttons, keys and its number, and never beyond the last', async () => {
  const { element, fold, last } = await ofRun();
  fold.open = true;
  await isShown(element);
  part(element, '[aria-label="Next window"]').click();
  await until(() => last().window === 2, 'next');
  const key = (/** @type {string} */ name) => part(element, '.tv-pairs').dispatchEvent(new KeyboardEvent('keydown', { key: name, cancelable: true }));
  key('End');
  await until(() => last().window === 70, 'the last');
  key('ArrowRight');
  key('ArrowLeft');
  await until(() => last().window === 69, 'back');
  const field = part(element, '.tv-window', HTMLInputElement);
  field.value = '12';
  field.dispatchEvent(new Event('input'));
  await until(() => last().window === 12, 'typed');
});

test('the validation part is a choice, and a window of the batch can be looked at', async () => {
  const { element, fold, last } = await ofRun();
  fold.open = true;
  await isShown(element);
  part(element, '[data-part=val]').click();
  await until(() => part(element, '.tv-pairs').dataset.part === 'val', 'validation');
  equal(part(element, '[data-part=val]').getAttribute('aria-pressed'), 'true');
  part(element, '.tv-pick').click();
  await until(() => last().window === 12, 'the window');
  equal(last().part, 'train');
});

test('a word is shown as tokens as it is typed, also half a character', async () => {
  const { element, fold, last } = await ofRun();
  fold.open = true;
  await isShown(element);
  const word = part(element, '.tv-word', HTMLInputElement);
  word.value = 'a\ud83d';
  word.dispatchEvent(new Event('input'));
  await until(() => last().word === 'a\ufffd', 'asked');
});

test('another epoch begins with its first batch', async () => {
  const { element, fold, last } = await ofRun();
  fold.open = true;
  await isShown(element);
  part(element, '[aria-label="Next batch"]').click();
  await until(() => last().batch === 2, 'batch');
  const field = part(element, '.tv-epoch', HTMLInputElement);
  field.value = '3';
  field.dispatchEvent(new Event('input'));
  await until(() => last().epoch === 3 && last().batch === 1, 'epoch');
});

test('what is missing is said in a sentence, the rest is shown', async () => {
  const { element, fold } = await ofRun(() => ({ ...answerOf(), window: { part: 'train', missing: 'Too short.' }, batch: { missing: 'No batch.' } }));
  fold.open = true;
  await isShown(element);
  equal([part(element, '.tv-window-note').textContent, part(element, '.tv-batch-note').textContent], ['Too short.', 'No batch.']);
  equal(texts(element, '.tv-pairs li'), []);
});

test('a refusal is said, and gone with the next answer', async () => {
  let refusals = 1;
  const { element, fold } = await ofRun(() => (refusals-- > 0 ? { error: 'There is no run tale.' } : answerOf()));
  fold.open = true;
  const error = part(element, '.tv-error');
  await until(() => !error.hidden, 'refused');
  equal(error.textContent, 'There is no run tale.');
  goTo({ run: 'other' }, { replace: true });
  await isShown(element);
  ok(error.hidden, 'no error any more');
});

test('a long window is cut until all of it is asked for', async () => {
  const tokens = Array.from({ length: 40 }, (_, i) => /** @type {[string, number]} */ ([`t${i}`, i]));
  const { element, fold } = await ofRun(() => changed({ inputs: tokens, targets: tokens }));
  fold.open = true;
  await isShown(element);
  equal(texts(element, '.tv-pairs li').length, 32);
  const all = part(element, '.tv-all');
  equal(all.textContent, 'Show all 40 tokens');
  all.click();
  equal([texts(element, '.tv-pairs li').length, all.hidden], [40, true]);
});

test('the text of a form is asked for by an event, again when the form changed; only the latest answer counts', async () => {
  const { element, events, update } = await mountWidget('text_view', { constants: { of: 'form', word: WORD } });
  dispatchEvent(new Event('pg-form-looked-at'));
  equal(events, []);
  part(element, '.tv', HTMLDetailsElement).open = true;
  await until(() => events.length === 1, 'opened');
  dispatchEvent(new Event('pg-form-looked-at'));
  equal(events.map(([name, data]) => [name, /** @type {any} */ (data).number]), [['look', 1], ['look', 2]]);
  update({ ...answerOf(), number: 1 });
  equal(texts(element, '.tv-id'), []);
  update({ ...answerOf(), number: 2 });
  await isShown(element);
});
