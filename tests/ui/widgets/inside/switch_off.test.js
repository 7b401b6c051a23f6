import { equal, test, until } from '/tests/check.js';
import { asked, look } from '/tests/inside/fixtures.js';
import { texts } from '/tests/mounting.js';
import { saved } from '/tests/saving/saved.js';
import { node, part, parts } from '/widgets/lib/dom.js';
import { SwitchOff } from '/widgets/inside/switch_off.js';

/** @param {Record<string, (query: any) => object | undefined>} [more] */
function showing(more) {
  const root = node('div');
  document.body.replaceChildren(root);
  const { functions, questions } = asked(more);
  /** @type {unknown[]} */
  const done = [];
  const view = new SwitchOff(root, functions, { change: (off) => done.push(off), writeOn: (off) => done.push(['branch', off]) });
  const button = (/** @type {string} */ name) => part(root, name, HTMLButtonElement);
  return { root, view, questions, done, button };
}

test('every layer, every head and the tokens that were looked at most can be switched off', async () => {
  const { root, view, done, button } = showing();
  view.draw(look(), '', { run: 'tale' });
  await until(() => texts(root, '.in-say')[0], 'the sentence');
  equal(texts(root, '[data-part]'), ['“·had”', '“·rain”', '“The”', ...['attention', 'feed-forward', 'head 0', 'head 1'], ...['attention', 'feed-forward', 'head 0', 'head 1']]);
  equal([button('.in-write').disabled, button('.in-all-on').disabled], [true, true]);
  button('[data-part="head:0.0"]').click();
  view.draw(look(), 'token:1', { run: 'tale' });
  button('[data-part="head:1.1"]').click();
  const other = part(root, '.in-other', HTMLSelectElement);
  other.dispatchEvent(new Event('focus'));
  equal(texts(other, 'option').slice(1), ['1 “The”', '2 “·rain”', '3 “·had”']);
  other.value = 'token:0';
  other.dispatchEvent(new Event('change'));
  equal(done, ['head:0.0', 'head:1.1 token:1', 'token:0 token:1']);
});

test('the distribution with and without is shown, and that this shows cause', async () => {
  const { root, view, questions } = showing();
  view.draw(look(), 'head:0.0', { run: 'tale' });
  await until(() => texts(root, '.in-say')[0], 'the sentence');
  equal(questions, [['without', { run: 'tale', off: 'head:0.0' }]]);
  equal(texts(root, '.in-say')[0]?.startsWith('Without head 0 of layer 0, “ped” falls from 75.0 % to 9.0 %'), true);
  equal(texts(root, '.in-bars .in-num'), ['75.0 % → 9.0 %', '10.0 % → 60.0 %']);
  equal(root.textContent?.includes('This, and not the shade, shows cause.'), true);
  equal(parts(root, '[aria-pressed=true]').map((each) => each.dataset.part), ['head:0.0']);
});

test('the text is written on without the parts, beside the whole model’s, and saved with its receipt', async () => {
  const { root, view, done, button } = showing();
  view.draw(look(), 'head:0.0', { run: 'tale' });
  button('.in-write').click();
  await until(() => !part(root, '.in-written').hidden, 'the texts');
  equal([texts(root, '.in-whole'), texts(root, '.in-without')], [['ped at last.'], [' sun, sun']]);
  const files = saved();
  button('.in-save-text').click();
  equal([files[0].name, await files[0].blob.text()], ['without-parts.receipt.json', '{"format":1}']);
  button('.in-branch').click();
  equal(done, [['branch', 'head:0.0']]);
});

test('every part alone is tried, and one of the list is switched off by a press', async () => {
  let calls = 0;
  const { root, view, done, button } = showing({ each: () => (++calls < 2 ? { progress: 0.5 } : { rows: [['head:0.0', -2.1, ' sun'], ['token:1', 0.4, '']], tried: 12 }) });
  view.draw(look(), '', { run: 'tale' });
  button('.in-each').click();
  await until(() => parts(root, '.in-each-row').length === 2, 'the list');
  equal(texts(root, '.in-each-row')[0], 'head 0 of layer 0−2.10“·sun”');
  equal(texts(root, '.in-tried h4'), ['The strongest of 12 parts, each off alone']);
  button('.in-each-row').click();
  equal(done, ['head:0.0']);
});

test('a refusal is said', async () => {
  const { root, view } = showing({ without: () => ({ error: 'The model has layers 0 to 1.' }) });
  view.draw(look(), 'attention:7', {});
  await until(() => texts(root, '[role=alert]')[0], 'the refusal');
  equal(texts(root, '[role=alert]'), ['The model has layers 0 to 1.']);
});
