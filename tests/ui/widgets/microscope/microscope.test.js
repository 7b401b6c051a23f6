import { equal, test, until } from '/tests/check.js';
import { CHAPTER } from '/tests/microscope/fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { getParameter, goTo } from '/widgets/lib/place.js';

const LONG = { ...CHAPTER, total: 518, per_passage: 200, model: 'tale', step: 12, references: { uniform: 7.4, bigram: 5.2 } };

/** @param {string} search @param {(query: any) => object | undefined} passage @param {(query: any) => object | undefined} [own_text] */
async function showing(search, passage, own_text = () => ({})) {
  history.replaceState(null, '', `/${search}`);
  const mounted = await mountWidget('microscope', { server: { passage, own_text } });
  const queries = () => mounted.questions.map(([, query]) => query);
  return { ...mounted, queries, strip: part(mounted.element, '.mi-text') };
}

const press = (/** @type {Element} */ strip, /** @type {number} */ i) => /** @type {HTMLElement} */ (strip.children[i]).click();

test('the current run reads the validation part, and every token but the first is coloured', async () => {
  const { element, strip, queries } = await showing('?run=tale&step=12', () => LONG);
  await until(() => strip.children.length === 8, 'the tokens');
  equal(queries(), [{ run: 'tale', step: '12', source: 'validation', start: 0, text: '', file: '' }]);
  const coloured = parts(strip, '.tok').map((token) => token.style.getPropertyValue('--shade') !== '');
  equal(coloured, [false, true, true, true, false, true, true, true]);
  equal(part(element, '.mi-where').textContent, 'Tokens 1 to 8 of 518');
});

test('a pressed token opens to its alternatives, begins the six steps, and goes into the address', async () => {
  const { element, strip } = await showing('?run=tale', () => LONG);
  await until(() => strip.children.length === 8, 'the tokens');
  equal(texts(element, '.mi-steps thead th').length, 7);
  press(strip, 5);
  equal(getParameter('passage'), '{"at":5}');
  equal([texts(element, '.mi-word'), part(element, '.mi-name').textContent], [['·Armed', '·really'], '·really']);
  equal(texts(element, '.mi-steps thead th'), ['Step', '·really', '·like', '·chocolate']);
  press(strip, 0);
  equal(texts(element, '.mi-token .mi-hint'), ['It comes first: nothing stands before it, so there is nothing to predict it from.']);
});

test('later and earlier passages are asked for', async () => {
  const { element, strip, queries } = await showing('?run=tale', ({ start }) => ({ ...LONG, start }));
  await until(() => strip.children.length === 8, 'the tokens');
  part(element, '.mi-on').click();
  await until(() => queries().length === 2, 'the next passage');
  equal([queries()[1].start, getParameter('passage')], [200, '{"start":200}']);
  await until(() => !part(element, '.mi-back', HTMLButtonElement).disabled, 'drawn');
  part(element, '.mi-back').click();
  await until(() => queries().length === 3, 'the first passage');
  equal(queries()[2].start, 0);
});

test('the sentences of the chapter need no run, and are waited for', async () => {
  let asked = 0;
  const { element, strip, queries } = await showing('', () => (asked++ ? CHAPTER : { progress: 0 }));
  equal(part(element, '.mi-problem').textContent, 'There is no run yet: train one on the Train tab.');
  parts(element, 'input[type=radio]')[3].click();
  await until(() => strip.children.length === 8, 'the tokens');
  equal(queries().at(-1), { source: 'chapter' });
  equal(part(element, '.mi-sum').textContent?.includes('e^10.7940 = 48,725.8'), true);
  equal(texts(element, '.mi-beside dt'), ['Blind guessing, ln 50,257', 'This model, whole passage']);
});

test('an own text is asked for once typing has rested', async () => {
  const { element, queries } = await showing('?run=tale', () => LONG);
  parts(element, 'input[type=radio]')[2].click();
  await until(() => part(element, '.mi-problem').textContent === 'Write or paste a text above, or open a file.', 'the request');
  const own = part(element, 'textarea', HTMLTextAreaElement);
  for (const text of ['The', 'The <b>rain</b>']) {
    own.value = text;
    own.dispatchEvent(new Event('input'));
  }
  await until(() => queries().at(-1).source === 'own', 'the text');
  equal(queries().at(-1), { run: 'tale', step: 'last', source: 'own', start: 0, text: 'The <b>rain</b>', file: '' });
});

test('another run or step is read at once, another tab is not', async () => {
  const { queries } = await showing('?run=tale', () => LONG);
  await until(() => queries().length === 1, 'the first');
  goTo({ tab: 'evaluate' });
  goTo({ step: '0' });
  await until(() => queries().length === 2, 'the step');
  equal(queries()[1].step, '0');
});

test('a refusal is said in its place', async () => {
  const { element } = await showing('?run=gone', () => ({ error: 'There is no run gone.' }));
  await until(() => part(element, '.mi-problem').textContent === 'There is no run gone.', 'the sentence');
  equal(part(element, '.mi-problem').hidden, false);
});

/** Choose a file, as a user does. @param {Element} element @param {File} file */
function choose(element, file) {
  const input = part(element, 'input[type=file]', HTMLInputElement);
  const given = new DataTransfer();
  given.items.add(file);
  input.files = given.files;
  input.dispatchEvent(new Event('change'));
}

test('a file is sent once, named in the address, and closed again', async () => {
  const { element, questions, queries } = await showing('?run=tale&passage={"source":"own"}', () => LONG, ({ name }) => ({ file: 'ab12', name, characters: 8 }));
  choose(element, new File(['The rain'], 'rain.txt'));
  await until(() => queries().at(-1)?.file === 'ab12', 'the passage of the file');
  equal(questions.find(([name]) => name === 'own_text')?.[1], { name: 'rain.txt', data: btoa('The rain') });
  equal([getParameter('passage'), part(element, '.mi-file-name').textContent], ['{"source":"own","file":"ab12","name":"rain.txt"}', 'rain.txt']);
  equal(part(element, '.mi-own > label').hidden, true);
  part(element, '.mi-drop').click();
  equal([getParameter('passage'), part(element, '.mi-own > label').hidden], ['{"source":"own"}', false]);
});

test('a token of a later passage of a file is looked into with the tokens before the passage', async () => {
  history.replaceState(null, '', '/?run=tale&passage={"source":"own","file":"ab12","name":"rain.txt","start":200}');
  const [earlier, token] = [{ i: 7, t: 'The' }, { ...CHAPTER.tokens[1], c: 1 }];
  const passage = () => ({ ...LONG, start: 200, before: [{ i: 3, t: '.' }, earlier], tokens: [token, ...CHAPTER.tokens.slice(2)] });
  const { element, questions } = await mountWidget('microscope', { server: { passage, own_text: () => ({}), look: () => ({ error: 'seen' }) } });
  const strip = part(element, '.mi-text');
  await until(() => strip.children.length, 'the passage');
  press(strip, 0);
  part(element, '.mi-token .in-looked', HTMLDetailsElement).open = true;
  await until(() => questions.some(([name]) => name === 'look'), 'the look');
  const { source, ids, place } = questions.find(([name]) => name === 'look')?.[1] ?? {};
  equal([source, ids, place], ['ids', [7, token.i], 1]);
});

test('a file that is too large or cannot be read is refused in a sentence', async () => {
  const { element, questions } = await showing('?run=tale&passage={"source":"own"}', () => LONG, () => ({ error: 'a.png is a PNG picture.' }));
  choose(element, new File([new Uint8Array(5_000_001)], 'long.txt'));
  equal(part(element, '.mi-problem').textContent, 'long.txt has 5.0 MB; choose a file of at most 5 MB.');
  equal(questions.some(([name]) => name === 'own_text'), false);
  choose(element, new File(['x'], 'a.png'));
  await until(() => part(element, '.mi-problem').textContent === 'a.png is a PNG picture.', 'the sentence');
});
