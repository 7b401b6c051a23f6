import { equal, test, until } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { detailOf, runsTemplate } from '/tests/runs_view/fixtures.js';
import { part } from '/widgets/lib/dom.js';
import { WhatIf, saidValue } from '/widgets/runs_view/what_if.js';

async function made(answer = async (/** @type {{ run: string }} */ { run }) => detailOf(run)) {
  const view = await runsTemplate();
  part(view, '.rv-one').hidden = false;
  /** @type {object[]} */
  const submitted = [];
  const form = part(view, '.rw', HTMLFormElement);
  const whatIf = new WhatIf(view, answer, (query) => submitted.push(query));
  const setting = part(form, '[name=setting]', HTMLSelectElement);
  function chooseSetting(/** @type {string} */ name) {
    setting.value = name;
    setting.dispatchEvent(new Event('change'));
  }
  const shown = () => [part(form, '.rw-old').textContent, part(form, '[name=value]', HTMLInputElement).value];
  const submit = () => form.dispatchEvent(new Event('submit', { cancelable: true }));
  return { form, whatIf, chooseSetting, shown, submit, submitted };
}

test('the form shows the value in the run, suggests another, and says what the setting is', async () => {
  const { form, whatIf, shown } = await made();
  equal(await whatIf.open('a'), '');
  equal([form.hidden, ...shown(), part(form, '.rw-help').textContent], [false, '0.004', '0.001', 'The highest.']);
  equal(texts(form, '[name=from] option'), ['the start', 'step 1,020 (last)', 'step 10 (best)']);
});

test('what holds from the first step is offered from the start only, and the value of the run not at all', async () => {
  const { form, whatIf, chooseSetting, submit, submitted } = await made();
  await whatIf.open('a');
  chooseSetting('preset');
  equal([texts(form, '[name=from] option'), texts(form, '[name=value] option')], [['the start'], ['Nano', 'Small']]);
  submit();
  equal(submitted, [{ run: 'a', setting: 'preset', value: 'nano', step: 'start', new_name: '' }]);
});

test('an empty field means none, and a step is a number', async () => {
  const { form, whatIf, chooseSetting, shown, submit, submitted } = await made();
  await whatIf.open('a');
  chooseSetting('grad_clip');
  equal(shown(), ['1', '']);
  part(form, '[name=from]', HTMLSelectElement).value = '10';
  submit();
  equal(submitted, [{ run: 'a', setting: 'grad_clip', value: null, step: 10, new_name: '' }]);
});

test('a run that cannot be asked about is a sentence instead of a form', async () => {
  const { form, whatIf } = await made(async () => /** @type {any} */ ({ error: 'There is no run a.' }));
  equal([await whatIf.open('a'), form.hidden], ['There is no run a.', true]);
});

test('values are read by their labels', () => {
  const offer = detailOf('a').what_if[1];
  equal([saidValue(offer, 'mini'), saidValue(offer, null), saidValue(offer, 3)], ['Mini', 'none', '3']);
});

test('nothing is submitted before a run was asked about', async () => {
  const { submit, submitted, whatIf } = await made();
  submit();
  await whatIf.open('a');
  submit();
  await until(() => submitted.length === 1, 'one question');
});
