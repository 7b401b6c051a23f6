import { equal, test } from '/tests/check.js';
import { runsTemplate } from '/tests/runs_view/fixtures.js';
import { part } from '/widgets/lib/dom.js';
import { Tune } from '/widgets/runs_view/tune.js';

async function made() {
  const view = await runsTemplate();
  part(view, '.rv-one').hidden = false;
  /** @type {object[]} */
  const submitted = [];
  const form = part(view, '.rt', HTMLFormElement);
  const tune = new Tune(view, (query) => submitted.push(query));
  const field = (/** @type {string} */ name) => part(form, `[name=${name}]`, HTMLInputElement);
  const submit = () => form.dispatchEvent(new Event('submit', { cancelable: true }));
  return { form, tune, field, submit, submitted };
}

test('the form opens with its text field in focus, and asks for nothing before it was opened', async () => {
  const { form, tune, submit, submitted } = await made();
  submit();
  equal(submitted, []);
  equal(await tune.open('gpt2'), '');
  equal([form.hidden, document.activeElement === part(form, 'textarea')], [false, true]);
});

test('the text and the settings are sent; a field that is left empty is left to the server', async () => {
  const { form, tune, field, submit, submitted } = await made();
  await tune.open('gpt2');
  part(form, 'textarea', HTMLTextAreaElement).value = 'A river.';
  for (const name of ['epochs', 'batch_size']) field(name).value = '';
  field('lr').value = '0.0002';
  field('recompute').checked = true;
  field('new_name').value = 'river';
  submit();
  const tuning = { lr: 0.0002, epochs: null, batch_size: null, recompute: true };
  equal(submitted, [{ run: 'gpt2', text: 'A river.', tuning, new_name: 'river' }]);
});
