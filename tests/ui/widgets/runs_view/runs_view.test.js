import { equal, ok, test, until } from '/tests/check.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { CONSTANTS, curvesOf, detailOf, runOf } from '/tests/runs_view/fixtures.js';
import { saved } from '/tests/saving/saved.js';
import { part, parts } from '/widgets/lib/dom.js';
import { visitorToken } from '/widgets/lib/storage.js';
import { getParameter, readPlace, setParameter } from '/widgets/lib/place.js';

/** @typedef {import('/widgets/runs_view/columns.js').Run} Run */

/**
 * The Runs tab with a list of runs; `act` answers for actions.
 * @param {Run[]} [runs]
 * @param {{ isPublic?: boolean, act?: (query: any) => object | undefined, page?: () => object | undefined, address?: string }} [settings]
 */
async function showing(runs = [runOf('a'), runOf('b')], { isPublic = false, act = () => ({ run: 'a', message: 'Done.' }), page = () => undefined, address = '/' } = {}) {
  history.replaceState(null, '', address);
  localStorage.clear();
  const mounted = await mountWidget('runs_view', {
    constants: { ...CONSTANTS },
    server: {
      rows: () => ({ runs, unreadable: ['The run bad cannot be read.'], public: isPublic, max_archive_bytes: 1000 }),
      detail: ({ run, step }) => detailOf(run, step ?? 1020),
      compare: (query) => curvesOf(query.runs, query.over),
      act,
      save_page: page,
    },
  });
  const { element } = mounted;
  await until(() => parts(element, '.rv-table tbody tr').length === runs.length, 'the rows');
  const button = (/** @type {string} */ name) => part(element, `[data-do=${name}]`, HTMLButtonElement);
  const choose = (/** @type {string} */ name) =>
    parts(element, '.rv-c-name').find((cell) => cell.textContent === name)?.click();
  const said = () => part(element, '.rv-message span').textContent;
  const asked = (/** @type {string} */ name) => mounted.questions.filter(([each]) => each === name).map(([, query]) => withoutVisitor(query));
  return { ...mounted, button, choose, said, asked };
}

/** @param {any} query */
function withoutVisitor({ visitor, ...query }) {
  return query;
}

test('the list shows the runs, their number, and those that cannot be read', async () => {
  const { element, asked } = await showing();
  equal([texts(element, '.rv-c-name'), part(element, '.rv-count').textContent], [['a', 'b'], '2']);
  equal([texts(element, '.rv-unreadable li'), part(element, '.rv-empty').hidden], [['The run bad cannot be read.'], true]);
  equal(asked('rows'), [{ known: [] }]);
});

test('an empty list says so', async () => {
  const { element } = await showing([]);
  await until(() => !part(element, '.rv-empty').hidden, 'the hint');
  equal(part(element, '.rv-table').hidden, true);
});

test('the last names that the browser knows are sent along', async () => {
  history.replaceState(null, '', '/?run=mine');
  localStorage.setItem('pg-runs', '["first","second"]');
  const { questions } = await mountWidget('runs_view', { constants: { ...CONSTANTS }, server: { rows: () => ({ error: 'No.' }) } });
  await until(() => questions.length, 'a question');
  equal(questions[0], ['rows', { known: ['second', 'mine'], visitor: visitorToken() }]);
  localStorage.clear();
});

test('a chosen run shows its curves and the buttons that it allows', async () => {
  const { element, choose, button } = await showing([runOf('a', { parent: 'b, step 3' })]);
  choose('a');
  await until(() => parts(element, '.rc .plot-line').length === 1, 'the curve');
  equal([part(element, '.rv-chosen').textContent, part(element, '.rv-why').textContent], ['a', 'Forked from b, step 3.']);
  equal([button('resume').hidden, button('fork').disabled, button('pin').textContent], [true, false, 'Pin']);
});

test('buttons ask for their action, and the answer is said', async () => {
  const { choose, button, said, asked } = await showing([runOf('a', { state: 'stopped', pinned: true })]);
  choose('a');
  button('resume').click();
  await until(() => said() === 'Done.', 'the answer');
  button('pin').click();
  await until(() => asked('act').length === 2, 'the second action');
  equal(asked('act'), [{ action: 'resume', run: 'a' }, { action: 'pin', run: 'a', pinned: false }]);
});

test('a run is opened on the tabs that watch it or write with it', async () => {
  const { choose, button } = await showing();
  choose('a');
  const places = ['follow', 'best', 'last'].map((name) => {
    button(name).click();
    const { tab, run, step } = readPlace();
    return [tab, run, step];
  });
  equal(places, [['train', 'a', 'last'], ['generate', 'a', 'best'], ['generate', 'a', 'last']]);
});

test('a run to download is told to the page', async () => {
  const { choose, button, events } = await showing();
  choose('a');
  button('download').click();
  equal(events, [['download', { run: 'a' }]]);
});

test('a deleted run can be brought back', async () => {
  const { element, choose, button, said, asked } = await showing(undefined, {
    act: ({ action }) => (action === 'delete' ? { run: '', undo: 'token', message: 'a is deleted.' } : { run: 'a', message: 'a is back.' }),
  });
  choose('a');
  button('delete').click();
  await until(() => said() === 'a is deleted.', 'the answer');
  part(element, '.rv-undo').click();
  await until(() => said() === 'a is back.', 'the second answer');
  equal(asked('act').at(-1), { action: 'undo', run: 'token' });
  equal(part(element, '.rv-undo').hidden, true);
});

test('a refused name is said in its form, which stays open', async () => {
  const { element, choose, button, asked } = await showing(undefined, { act: () => ({ error: 'The name is not allowed.' }) });
  choose('a');
  button('rename').click();
  const form = part(element, '.rv-rename', HTMLFormElement);
  equal([form.hidden, button('rename').getAttribute('aria-expanded')], [false, 'true']);
  part(form, 'input', HTMLInputElement).value = '../x';
  form.requestSubmit();
  await until(() => part(form, '.rv-refused').textContent === 'The name is not allowed.', 'the refusal');
  equal([asked('act'), form.hidden, part(element, '.rv-message').hidden], [[{ action: 'rename', run: 'a', new_name: '../x' }], false, true]);
  button('rename').click();
  equal(form.hidden, true);
});

test('a fork is asked for with its settings', async () => {
  const { element, choose, button, asked } = await showing();
  choose('a');
  button('fork').click();
  const form = part(element, '.rk', HTMLFormElement);
  await until(() => !form.hidden, 'the form');
  part(form, '[name=lr]', HTMLInputElement).value = '0.5';
  form.requestSubmit();
  await until(() => asked('act').length, 'the action');
  const settings = { lr: 0.5, epochs: 3, weight_decay: 0.1, lr_schedule: 'cosine', drop_rate: 0 };
  equal(asked('act'), [{ action: 'fork', run: 'a', step: 1020, settings, new_name: '' }]);
});

test('on a public server runs are not named', async () => {
  const { element, choose, button } = await showing(undefined, { isPublic: true });
  choose('a');
  equal([button('rename').hidden, part(element, '.rk label:has([name=new_name])').hidden], [true, true]);
});

test('a report about an archive is said, and its run is chosen once it is listed', async () => {
  const runs = [runOf('a')];
  const { element, update, said } = await showing(runs);
  runs.push(runOf('new'));
  update({ run: 'new', message: 'new is here.' });
  await until(() => part(element, '.rv-chosen').textContent === 'new', 'the choice');
  equal([said(), localStorage.getItem('pg-runs')], ['new is here.', '["new"]']);
  update({ error: 'That is no archive.' });
  ok(part(element, '.rv-message').classList.contains('rv-complaint'), 'not marked as an error');
});

test('no answer to an action is a sentence', async () => {
  const { choose, button, said } = await showing([runOf('a', { state: 'stopped' })], { act: () => undefined });
  choose('a');
  button('resume').click();
  await until(() => said() === 'The server did not answer; try again.', 'the sentence');
});

test('a run is saved as one page, or it is said why not', async () => {
  /** @type {object[]} */
  const answers = [{ error: 'The pages of other runs are being made.' }, { name: 'a.html', text: '<!doctype html>' }];
  const { choose, button, said, asked } = await showing(undefined, { page: () => answers.shift() });
  const files = saved();
  choose('a');
  button('page').click();
  equal(said(), 'The page of a is being made; the download begins by itself.');
  await until(() => said() === 'The pages of other runs are being made.', 'the reason');
  button('page').click();
  await until(() => said()?.startsWith('The page of a is saved'), 'the sentence');
  equal([files.map(({ name }) => name), asked('save_page')], [['a.html'], [{ run: 'a' }, { run: 'a' }]]);
});

test('What if? is opened by the button of a row, asks for one setting, and lays both curves over each other', async () => {
  const runs = [runOf('a'), runOf('b')];
  const { element, asked, said } = await showing(runs, { act: () => { runs.push(runOf('a-lr')); return { run: 'a-lr', message: 'a-lr is trained from the start.' }; } });
  parts(element, '.rv-ask button')[0].click();
  const form = part(element, '.rw', HTMLFormElement);
  await until(() => !form.hidden, 'the form');
  equal([part(element, '.rv-chosen').textContent, part(form, '.rw-old').textContent], ['a', '0.004']);
  part(form, '[name=value]', HTMLInputElement).value = '0.002';
  form.requestSubmit();
  await until(() => part(element, '.rc-verdict').textContent?.startsWith('With'), 'the sentence');
  equal(asked('act'), [{ action: 'what_if', run: 'a', setting: 'lr', value: 0.002, step: 'start', new_name: '' }]);
  equal([said(), form.hidden, parts(element, '.rc .plot-line').length], ['a-lr is trained from the start.', true, 2]);
  equal([getParameter('compare'), readPlace().run], ['a,a-lr', 'a-lr']);
  equal(part(element, '.rc-verdict').textContent, 'With lr 0.002 instead of 0.001: slower, and no better.');
});

test('What if? is opened by the address, too, and a refusal is said in its form', async () => {
  const { element } = await showing(undefined, { act: () => ({ error: 'lr: it is 0.004 in the run already.' }), address: '/?whatif=b' });
  const form = part(element, '.rw', HTMLFormElement);
  await until(() => !form.hidden, 'the form');
  equal([part(element, '.rv-chosen').textContent, getParameter('whatif')], ['b', null]);
  form.requestSubmit();
  await until(() => part(form, '.rv-refused').textContent, 'the refusal');
  equal([part(form, '.rv-refused').textContent, form.hidden], ['lr: it is 0.004 in the run already.', false]);
});

test('a comparison has an address, which opens it again, also by Back', async () => {
  const { element, choose } = await showing(undefined, { address: '/?compare=a,b' });
  await until(() => parts(element, '.rc .plot-line').length === 2, 'both curves');
  choose('a');
  await until(() => parts(element, '.rc .plot-line').length === 1, 'one curve');
  equal(getParameter('compare'), 'a');
  setParameter('compare', 'b,a');
  await until(() => parts(element, '.rc .plot-line').length === 2, 'both curves again');
  equal(texts(element, '.rc-legend span'), ['b', 'a']);
});
