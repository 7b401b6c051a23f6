import { equal, ok, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { contentOf } from '/tests/one_page/pages.js';
import { part, parts } from '/widgets/lib/dom.js';
import { show } from '/widgets/one_page/one_page.js';

/** The page of a run. @param {Partial<import('/widgets/one_page/content.js').Content>} [changes] */
async function shown(changes) {
  const template = await (await fetch('/widgets/one_page/one_page.html')).text();
  const read = new DOMParser().parseFromString(template, 'text/html'); // runs no script
  document.body.replaceChildren(part(read, 'main'));
  const view = part(document, 'main');
  show(view, contentOf(changes));
  return view;
}

const press = (/** @type {Element} */ target, /** @type {string} */ key) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));

test('the page says what the run is, and draws its curves', async () => {
  const view = await shown();
  equal(texts(view, '.op-name'), ['river']);
  ok(part(view, '.op-lead').textContent?.startsWith('This model has read “river” 4 times.'), 'the sentence');
  equal(parts(view, '.cv-losses .plot-line').length, 4);
  ok(part(view, '.cv-verdict').textContent?.includes('validation was best'), part(view, '.cv-verdict').textContent ?? '');
  equal(texts(view, '.op-facts div'), ['Textriver', 'Epochs4']);
});

test('slider and keys move prose and guesses through the training', async () => {
  const view = await shown();
  equal([part(view, '.pb-sample').textContent, ...texts(view, '.pb-word').slice(0, 1)], ['Every effort moves', '·moves']);
  const slider = part(view, '.pb-slider', HTMLInputElement);
  slider.value = '0';
  slider.dispatchEvent(new Event('input'));
  equal([part(view, '.pb-sample').textContent, ...texts(view, '.pb-word').slice(0, 1)], ['Every effort the the', '·sea']);
  press(part(view, '.cv-losses svg', SVGElement), 'ArrowRight');
  equal(texts(view, '.pb-word').slice(0, 1), ['·river']);
  equal(slider.value, '1');
});

test('a token opens by mouse and by keyboard, and shows its alternatives', async () => {
  const view = await shown();
  const tokens = parts(view, '.tok');
  tokens[2].click();
  equal(texts(view, '.choice-text'), ['·effort', '·day', '·<b>']);
  equal(tokens[2].getAttribute('aria-selected'), 'true');
  press(tokens[2], 'ArrowLeft');
  equal(texts(view, '.panel-token'), ['·effort']);
  press(tokens[1], 'Escape');
  equal(texts(view, '.panel-token'), []);
  press(tokens[1], 'Enter');
  equal(texts(view, '.panel-token'), ['·effort']);
});

test('without a text the page says why', async () => {
  const view = await shown({ text: null, text_error: 'The run has no checkpoint.' });
  equal([part(view, '.op-no-text').textContent, part(view, '.op-no-text').hidden],
    ['This page has no text of the trained model. The run has no checkpoint.', false]);
  ok(part(view, '.op-text').hidden && part(view, '.op-why').hidden, 'an empty text is shown');
});
