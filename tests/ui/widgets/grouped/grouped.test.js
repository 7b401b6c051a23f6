import { equal, test, until } from '/tests/check.js';
import { twoWords } from '/tests/grouped/chapters.js';
import { labState } from '/tests/lab_fixtures.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';

const isDrawn = (/** @type {ParentNode} */ element) => part(element, '.grouped').dataset.drawn;

test('bars, keys, table and note are drawn', async () => {
  const state = labState({ lessons: ['figure'] });
  const { element, questions } = await mountWidget('grouped', { value: state, server: { chapter: () => twoWords() } });
  await until(() => isDrawn(element), 'nothing drawn');
  equal(questions, [['chapter', state]]);
  equal([element.querySelectorAll('.plot .bar').length, texts(element, '.keys span')], [6, ['T = 1', 'T = 0.1', 'T = 5']]);
  equal([texts(element, '.word'), texts(element, 'tbody tr:first-child td')[0]], [['forward', 'pizza'], 'forward']);
  equal(texts(element, '.note')[0]?.startsWith('The likeliest word is forward.'), true);
  const [pattern] = [...element.querySelectorAll('pattern')];
  equal(part(element, '.plot .bar').getAttribute('fill'), `url(#${pattern.id})`);
});

test('only a change of the words asks again', async () => {
  const { element, questions, update } = await mountWidget('grouped', { value: labState({ lessons: ['figure'] }), server: { chapter: () => twoWords() } });
  await until(() => isDrawn(element), 'nothing drawn');
  update(labState({ seed: 8, log: true, lessons: ['figure'] }));
  update(labState({ words: [['a', 1]], lessons: ['figure'] }));
  await until(() => isDrawn(element) === '[["a",1]]', 'not drawn again');
  equal(questions.map(([, state]) => state.words.length), [9, 1]);
});

test('a saved figure is a file of the server', async () => {
  const state = labState({ seed: 3, lessons: ['figure'] });
  const save = () => ({ name: 'temperatures.pdf', data: btoa('%PDF') });
  const { element, questions } = await mountWidget('grouped', { value: state, server: { chapter: () => twoWords(), save } });
  /** @type {string[]} */
  const saved = [];
  const real = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function click() { saved.push(this.download); };
  const [pdf] = parts(element, '[data-suffix]', HTMLButtonElement);
  pdf.click();
  equal(pdf.disabled, true);
  await until(() => saved.length, 'not saved');
  HTMLAnchorElement.prototype.click = real;
  equal([saved, pdf.disabled], [['temperatures.pdf'], false]);
  equal(questions.filter(([name]) => name === 'save'), [['save', { state, suffix: 'pdf' }]]);
});

test('a refusal is shown', async () => {
  const { element } = await mountWidget('grouped', {
    value: labState({ lessons: ['figure'] }), server: { chapter: () => twoWords(), save: () => ({ error: 'The disk is full.' }) },
  });
  await until(() => isDrawn(element), 'nothing drawn');
  parts(element, '[data-suffix]')[1].click();
  await until(() => part(element, '.problem').textContent === 'The disk is full.', 'no sentence');
});

test('nothing is asked for until the lesson is opened', async () => {
  const { element, questions } = await mountWidget('grouped', { value: labState(), server: { chapter: () => twoWords() } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  equal(questions, []);
  part(element, 'summary').click();
  await until(() => isDrawn(element), 'nothing drawn');
});
