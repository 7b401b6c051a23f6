import { parts, part } from '/widgets/lib/dom.js';
import { equal, ok, test, until } from '../check.js';
import { mountWidget } from '../mounting.js';
import { JOB, SIZE } from './fixtures.js';

const IDLE = { active: false, bytes_per_s: null, remaining_s: null };

/** The card with an import that the test ends; `job` is what the server says of it. */
async function mounted() {
  const state = { job: /** @type {Record<string, unknown>} */ (IDLE), sizes: 0 };
  const start = () => {
    state.job = JOB;
    return { number: 3 };
  };
  const widget = await mountWidget('weights', {
    server: {
      sizes: () => {
        state.sizes += 1;
        const sizes = [SIZE, { ...SIZE, title: 'GPT-2 355M', run: 'gpt2-355m', download_bytes: 0 }];
        return { sizes, free_disk_bytes: 5e10, free_memory_bytes: 8e9 };
      },
      progress: () => state.job,
      fetch: start,
      take: (query) => (query.path ? start() : { error: 'Name a file or folder on this machine.' }),
      stop: () => {
        state.job = { ...JOB, active: false, message: 'Stopped.' };
        return {};
      },
    },
  });
  const { element } = widget;
  return { ...widget, state, text: (/** @type {string} */ at) => part(element, at).textContent ?? '' };
}

test('closed, it asks for no sizes; opened, it shows them with what each needs', async () => {
  const { element, state, text } = await mounted();
  equal(state.sizes, 0);
  part(element, 'details', HTMLDetailsElement).open = true;
  await until(() => parts(element, 'tbody tr').length === 2, 'the rows');
  equal(parts(element, 'tbody button').map((button) => button.getAttribute('aria-label')).join(), 'Fetch: GPT-2 124M,Write with it: GPT-2 355M');
  ok(text('.we-machine').startsWith('8.00 GB of memory and 50.0 GB of disk are free here.'), text('.we-machine'));
});

test('an import shows its progress, is stopped, and says so', async () => {
  const { element, questions, text } = await mounted();
  part(element, 'details', HTMLDetailsElement).open = true;
  await until(() => parts(element, 'tbody tr').length === 2, 'the rows');
  part(element, 'tbody button').click();
  await until(() => !part(element, '.we-job').hidden, 'the import');
  equal(questions.find(([name]) => name === 'fetch')?.[1].name, 'gpt2-124M');
  ok(text('.we-doing').includes('120 MB of 548 MB'), text('.we-doing'));
  equal(part(element, 'progress', HTMLProgressElement).value.toFixed(2), '0.22');
  part(element, '.we-stop').click();
  await until(() => text('.we-said') === 'Stopped.', 'the sentence');
  ok(part(element, '.we-job').hidden, 'it is hidden');
});

test('an import that another reload finds running is followed to its end, and told to the page', async () => {
  const { element, events, state, update, text } = await mounted();
  state.job = JOB;
  update({ number: 3 });
  await until(() => !part(element, '.we-job').hidden, 'the import');
  state.job = { ...JOB, active: false, run: 'gpt2-124m', message: 'It is here.' };
  await until(() => events.length > 0, 'the event');
  equal(JSON.stringify(events), '[["imported",{"run":"gpt2-124m","message":"It is here."}]]');
  equal(text('.we-said'), 'It is here.');
});

test('an import that ended before the page was opened is no news', async () => {
  const { element, events, questions, state } = await mounted();
  state.job = { ...JOB, active: false, run: 'old', message: 'It is here.' };
  part(element, 'details', HTMLDetailsElement).open = true;
  await until(() => questions.some(([name]) => name === 'sizes') && parts(element, 'tbody tr').length === 2, 'the rows');
  equal(events.length, 0);
  ok(part(element, '.we-said').hidden, 'it is hidden');
});

test('the number of heads is asked for where no file tells it, and sent', async () => {
  const { element, questions, state, text } = await mounted();
  part(element, 'details', HTMLDetailsElement).open = true;
  const path = part(element, '[name=path]', HTMLInputElement);
  part(element, '.we-form button').click();
  await until(() => text('.we-said').includes('Name a file'), 'the sentence');
  ok(part(element, '.we-said').classList.contains('we-bad'), 'it is a refusal');
  path.value = '/models/mine.pth';
  part(element, '.we-form button').click();
  await until(() => !part(element, '.we-job').hidden, 'the import');
  state.job = { ...JOB, active: false, failure: 'n_heads: give it.', asks_heads: true };
  await until(() => !part(element, '.we-heads').hidden, 'the field');
  const heads = part(element, '[name=heads]', HTMLInputElement);
  heads.value = '4';
  part(element, '.we-form button').click();
  await until(() => questions.filter(([name]) => name === 'take').length === 3, 'the question');
  equal(JSON.stringify(questions.filter(([name]) => name === 'take').at(-1)?.[1]), '{"path":"/models/mine.pth","heads":4}');
});
