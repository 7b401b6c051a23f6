import { equal, test, until } from '/tests/check.js';
import { asked } from '/tests/inside/fixtures.js';
import { node, part, parts } from '/widgets/lib/dom.js';
import { PromptViews } from '/widgets/inside/prompt_views.js';

const PROMPT = { run: 'tale', step: '40', text: 'The rain had stopped' };

function showing() {
  const root = node('div', {}, node('button', { type: 'button', 'aria-expanded': 'false' }));
  document.body.replaceChildren(root);
  const { functions, questions } = asked();
  return { root, questions, view: new PromptViews(root, functions), press: () => part(root, 'button').click() };
}

test('one press shows what the model looked at before the next word, and nothing is asked before', async () => {
  const { root, view, questions, press } = showing();
  view.show(PROMPT);
  equal(questions, []);
  press();
  await until(() => parts(root, '.in-text .tok').length === 5, 'the text');
  equal(questions.find(([name]) => name === 'look')?.[1], { run: 'tale', step: '40', source: 'prompt', text: PROMPT.text });
  press();
  equal(part(root, '.in').hidden, true);
});

test('a token of the text opens, and the next word again', async () => {
  const { root, view, questions, press } = showing();
  view.show(PROMPT);
  press();
  await until(() => parts(root, '.in-text .tok').length === 5, 'the text');
  parts(root, '.in-text .tok')[3].click();
  await until(() => questions.some(([name, query]) => name === 'look' && query.place === 3), 'the token');
  part(root, '.link:not(.in-larger)').click();
  await until(() => questions.filter(([name]) => name === 'look').at(-1)?.[1].place === undefined, 'the next word');
});

test('without a prompt there is nothing to press', () => {
  const { root, view } = showing();
  view.show(null);
  equal(root.hidden, true);
});
