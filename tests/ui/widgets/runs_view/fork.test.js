import { equal, test, until } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { detailOf, runsTemplate } from '/tests/runs_view/fixtures.js';
import { part } from '/widgets/lib/dom.js';
import { Fork } from '/widgets/runs_view/fork.js';

/** @typedef {import('/widgets/runs_view/fork.js').Detail} Detail */

/** @param {(query: { run: string, step?: number }) => Promise<Detail | { error: string }>} [answer] */
async function made(answer = async ({ run, step }) => detailOf(run, step ?? 1020)) {
  const view = await runsTemplate();
  part(view, '.rv-one').hidden = false;
  /** @type {object[]} */
  const submitted = [];
  const form = part(view, '.rk', HTMLFormElement);
  const fork = new Fork(view, answer, (query) => submitted.push(query));
  const field = (/** @type {string} */ name) => part(form, `[name=${name}]`, HTMLInputElement);
  const select = part(form, '[name=step]', HTMLSelectElement);
  function chooseStep(/** @type {string} */ step) {
    select.value = step;
    select.dispatchEvent(new Event('change'));
  }
  const submit = () => form.dispatchEvent(new Event('submit', { cancelable: true }));
  return { view, fork, form, field, select, chooseStep, submit, submitted };
}

test('the form shows the checkpoints, the last first, and its settings', async () => {
  const { view, fork, form, field, select } = await made();
  equal(await fork.open('a'), '');
  equal(texts(view, '.rk option').slice(0, 2), ['step 1,020 (last)', 'step 10 (best)']);
  equal([form.hidden, select.value, field('lr').value, field('new_name').placeholder], [false, '1020', '1.02', 'a-from-1020']);
  fork.close();
  equal(form.hidden, true);
});

test('another checkpoint brings its settings; one that was typed over stays', async () => {
  const { fork, field, chooseStep } = await made();
  await fork.open('a');
  field('epochs').value = '9';
  chooseStep('10');
  await until(() => field('lr').value === '0.01', 'the settings of step 10');
  equal([field('epochs').value, field('new_name').placeholder], ['9', 'a-from-10']);
});

test('a fork is asked for with the settings of the checkpoint chosen last', async () => {
  const { fork, field, chooseStep, submit, submitted } = await made();
  await fork.open('a');
  field('new_name').value = 'b';
  field('drop_rate').value = '';
  chooseStep('10');
  submit();
  await until(() => submitted.length, 'the fork');
  const settings = { lr: 0.01, epochs: 3, weight_decay: 0.1, lr_schedule: 'cosine', drop_rate: null };
  equal(submitted, [{ run: 'a', step: 10, settings, new_name: 'b' }]);
});

test('a run without a checkpoint, and a refusal, are a sentence instead of a form', async () => {
  const empty = await made(async ({ run }) => ({ ...detailOf(run), checkpoints: [] }));
  equal([await empty.fork.open('a'), empty.form.hidden], ['a has no checkpoint to fork from yet.', true]);
  const refused = await made(async () => ({ error: 'There is no run a.' }));
  equal(await refused.fork.open('a'), 'There is no run a.');
});

test('a checkpoint that cannot be read does not hold up the fork', async () => {
  const { fork, chooseStep, submit, submitted } = await made(async ({ run, step }) => (step ? { error: 'Damaged.' } : detailOf(run, 1020)));
  await fork.open('a');
  chooseStep('10');
  submit();
  await until(() => submitted.length, 'the fork');
});
