import { equal, ok, test, until } from '/tests/check.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { BRANCH, DESK, END, FIRST, logOf, PROMPT, START, TEXT, token } from '/tests/token_strip/log_fixture.js';
import { part, parts } from '/widgets/lib/dom.js';

const ROWS = [{ stage: 'Model', kept: 100, cut: 0, mass: 0, entropy: 3.5, rescued: false }];
const SPAN = { start: 0, end: 5, part: 'train', character: 9, before: 'x ', text: 'The rain', after: ' y' };
const NOT_COPIED = { spans: [], train_loss: null, val_loss: null };

/** @param {Record<string, unknown>[]} lines @param {Record<string, (query: any) => object | undefined>} [server] */
async function desk(lines, server = {}) {
  const mounted = await mountWidget('token_strip', {
    value: logOf(lines),
    server: {
      stop: () => ({ stopped: true }),
      receipt: () => ({ json: '{}', python: 'print(1)', command: 'run' }),
      copied: () => NOT_COPIED,
      stages: () => ({ rows: ROWS }),
      ...server,
    },
  });
  const { element, props, update } = mounted;
  return {
    ...mounted,
    click: (/** @type {string} */ selector) => part(element, selector).click(),
    shows: (/** @type {string} */ selector) => !part(element, selector).hidden,
    append: (/** @type {Record<string, unknown>[]} */ more) => update(props.value + logOf(more)),
    press: (/** @type {string} */ selector, /** @type {string} */ key) =>
      part(element, selector).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })),
    lastLine: () => JSON.parse(props.value?.trimEnd().split('\n').at(-1) ?? 'null'),
  };
}

/** The indices of marked tokens. @param {ParentNode} element @param {string} selector */
const marked = (element, selector) => parts(element, selector).map((each) => Number(each.dataset.i));

test('before anything is written the page says what to do', async () => {
  const { element, shows } = await desk([]);
  equal(
    [shows('.strip-empty'), shows('.strip'), shows('.with-text'), shows('.desk-write'), shows('.desk-stop')],
    [true, false, false, true, false],
  );
  equal(part(element, '.desk-more', HTMLButtonElement).disabled, true);
  equal(texts(element, '.desk-measure option'), ['probability', 'surprise', 'rank', 'entropy']);
});

test('a text is shown with its tokens, its status and a copy for screen readers', async () => {
  const { element, shows } = await desk(TEXT);
  equal(texts(element, '.tok'), ['The', ' rain', ' had', ' stop', 'ped']);
  equal(texts(element, '.strip-plain, .status-text'), [
    'The rain had stopped',
    '3 tokens · 120 tokens/s · perplexity 3.17',
  ]);
  equal(
    [shows('.with-text'), shows('.branches'), part(element, '.desk-more', HTMLButtonElement).disabled],
    [true, false, false],
  );
});

test('tokens are added while a text is written, and Stop asks for its job to end', async () => {
  const { element, append, click, shows, questions } = await desk([START, DESK, FIRST, ...PROMPT]);
  equal([shows('.desk-stop'), shows('.desk-write'), texts(element, '.strip-plain')], [true, false, ['']]);
  const before = part(element, '.tok');
  append([token(3, ' had')]);
  ok(part(element, '.tok') === before, 'the nodes were made again');
  click('.desk-stop');
  await until(() => questions.length, 'Stop was not sent');
  equal(questions[0], ['stop', { job: 'job-1' }]);
  equal(part(element, '.desk-stop', HTMLButtonElement).disabled, true);
  append([{ ...END, reason: 'stopped' }]);
  equal(
    [shows('.desk-write'), texts(element, '.tok').length, texts(element, '.status-text')[0]?.endsWith('stopped')],
    [true, 3, true],
  );
});

test('Write and Continue raise their events once, until the server answers', async () => {
  const { click, events, update, shows } = await desk(TEXT);
  click('.desk-write');
  click('.desk-write');
  equal([events, shows('.desk-stop')], [[['write', undefined]], true]);
  update(logOf(TEXT) + logOf([{ kind: 'error', says: 'The prompt is empty.' }]));
  click('.desk-more');
  equal(
    events.map(([name]) => name),
    ['write', 'more'],
  );
});

test('what went wrong is said above the text until the next press', async () => {
  const { element, append, click } = await desk(TEXT);
  append([START, { kind: 'error', says: 'There is no run named gone.' }]);
  equal(texts(element, '.desk-error'), ['There is no run named gone.']);
  click('.desk-write');
  equal(texts(element, '.desk-error'), ['']);
});

test('the focus moves from Write to Stop and back', async () => {
  const { element, append, click } = await desk(TEXT);
  part(element, '.desk-write').focus();
  click('.desk-write');
  ok(document.activeElement === part(element, '.desk-stop'), 'Stop has no focus');
  append([START, END]);
  ok(document.activeElement === part(element, '.desk-write'), 'Write has no focus');
});

test('a token that is pressed opens, and the server is asked what the stages did', async () => {
  const { element, click, questions } = await desk(TEXT);
  click('[data-i="3"]');
  equal([texts(element, '.panel-id'), marked(element, '[aria-selected="true"]')], [['token 4, id 4'], [3]]);
  await until(() => element.querySelector('.panel-stages table'), 'no table of stages came');
  equal(questions.find(([name]) => name === 'stages')?.[1], {
    run: 'tale',
    step: 40,
    weights: 'float32',
    before: [1, 2, 3],
    n_prompt: 2,
    settings: { seed: 5 },
  });
  click('.panel-step[aria-label="Next token"]');
  equal(texts(element, '.panel-id'), ['token 5, id 5']);
  click('.panel-step[aria-label="Close"]');
  equal([texts(element, '.panel-id'), marked(element, '[aria-selected="true"]')], [[], []]);
});

test('a token is opened and followed by keyboard', async () => {
  const { element, press } = await desk(TEXT);
  press('[data-i="0"]', 'ArrowRight');
  equal(texts(element, '.panel-id'), []);
  press('[data-i="1"]', 'Enter');
  press('[data-i="1"]', 'ArrowRight');
  equal([texts(element, '.panel-id'), document.activeElement?.getAttribute('data-i')], [['token 3, id 3'], '2']);
  press('[data-i="2"]', 'Escape');
  equal(texts(element, '.panel-id'), []);
});

test('an alternative that is pressed becomes the last line of the log, and the event is raised', async () => {
  const { click, events, lastLine } = await desk(TEXT);
  click('[data-i="3"]');
  click('.choice:not(.here)');
  equal([lastLine(), events.map(([name]) => name)], [{ kind: 'ask', branch: 0, at: 3, id: 99 }, ['ask']]);
});

test('a branch is shown with its fork, and the first text comes back at a press', async () => {
  const { element, append, lastLine } = await desk(TEXT);
  append(BRANCH);
  equal(
    [texts(element, '.strip-plain')[0], marked(element, '.forked'), marked(element, '[data-by="hand"]')],
    ['The rain had else.', [3], [3]],
  );
  parts(element, '.branch')[0].focus();
  parts(element, '.branch')[0].click();
  equal(
    [lastLine(), texts(element, '.strip-plain')[0], marked(element, '.forked')],
    [{ kind: 'view', branch: 0 }, 'The rain had stopped', [3]],
  );
  ok(document.activeElement === parts(element, '.branch')[0], 'the focus got lost');
});

test('a finished text is looked up once, and what was copied is underlined', async () => {
  const { element, questions, append, props } = await desk(TEXT, {
    copied: () => ({ spans: [SPAN], train_loss: 1, val_loss: 2 }),
  });
  await until(() => props.value?.includes('"copied"'), 'the answer is not in the log');
  equal(questions, [['copied', { run: 'tale', step: 40, ids: [1, 2, 3, 4, 5] }]]);
  const least = part(element, '.copied-least', HTMLInputElement);
  least.value = '4';
  least.dispatchEvent(new Event('input'));
  equal([marked(element, '.copied-train'), texts(element, '.copied-train-share')], [[0, 1, 2, 3, 4], ['100.0 %']]);
  part(element, '[data-i="4"]').click();
  equal(texts(element, '.panel-place mark'), ['The rain']);
  append([START, { kind: 'more', branch: 0, settings: {} }, token(6, '!')]);
  equal([marked(element, '.copied-train'), part(element, '.copied').hidden], [[], true]);
});

test('an answer about a text that has changed since is left out', async () => {
  /** @type {(answer: object) => void} */
  let answer = () => {};
  const { questions, append, props } = await desk(TEXT, {
    copied: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  await until(() => questions.length, 'the text was not looked up');
  append([START, { kind: 'more', branch: 0, settings: {} }]);
  answer({ spans: [SPAN], train_loss: 1, val_loss: 2 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  ok(!props.value?.includes('"copied"'), 'it is in the log');
});

test('a line stands where that begins which the model sees: for the next token, or for the one that is open', async () => {
  const long = [token(3, ' had'), token(4, ' a', { s: 1 }), token(5, ' b', { s: 2 })];
  const { element, click, append } = await desk([START, DESK, FIRST, ...PROMPT, ...long]);
  equal(marked(element, '.horizon'), [2]);
  append([{ ...END, seen_from: 3 }]);
  equal(marked(element, '.horizon'), [3]);
  ok(
    texts(element, '.status-text')[0]?.endsWith('the model still sees the last 2 tokens'),
    texts(element, '.status-text')[0] ?? '',
  );
  click('[data-i="3"]');
  equal(marked(element, '.horizon'), [1]);
  click('[data-i="2"]');
  equal(marked(element, '.horizon'), []);
});

test('colours follow the measure that is chosen, and so does the legend', async () => {
  const { element } = await desk(TEXT);
  const shades = () => parts(element, '.tok').map((each) => each.style.getPropertyValue('--shade'));
  equal(
    [shades(), texts(element, '.legend-low, .legend-high')],
    [
      ['', 'var(--step-7)', 'var(--step-5)', 'var(--step-8)', 'var(--step-5)'],
      ['100 %', '0 %'],
    ],
  );
  const measure = part(element, '.desk-measure', HTMLSelectElement);
  measure.value = 'surprise';
  measure.dispatchEvent(new Event('change'));
  equal(
    [shades(), texts(element, '.legend-low, .legend-high')],
    [
      ['', 'var(--step-2)', 'var(--step-1)', 'var(--step-3)', 'var(--step-1)'],
      ['0 bits', '9 or more'],
    ],
  );
  equal(
    parts(element, '.legend-steps span')
      .map((each) => each.title)
      .slice(0, 2),
    ['0 bits', '1 bits'],
  );
});

test('spaces are shown on request, and the open token stays open', async () => {
  const { element, click } = await desk(TEXT);
  click('[data-i="1"]');
  click('.desk-spaces');
  equal([texts(element, '.tok')[1], marked(element, '[aria-selected="true"]')], ['·rain', [1]]);
});

test('a receipt is asked for with the whole log, and a refusal is said', async () => {
  const { element, click, questions, props } = await desk(TEXT, { receipt: () => ({ error: 'The run is gone.' }) });
  await until(() => props.value?.includes('"copied"'), 'the text was not looked up');
  click('[data-copy="python"]');
  await until(() => texts(element, '.receipt-note')[0] === 'The run is gone.', 'the refusal is not said');
  ok(props.value?.startsWith(logOf(TEXT)), 'the log is another one');
  equal(questions.find(([name]) => name === 'receipt')?.[1], { log: props.value });
});

test('a receipt that is opened becomes the last line of the log, and the event is raised', async () => {
  const { element, events, lastLine, props } = await desk(TEXT);
  const input = part(element, '.receipt-file', HTMLInputElement);
  const choose = (/** @type {string} */ content) => {
    const files = new DataTransfer();
    files.items.add(new File([content], 'receipt.json'));
    input.files = files.files;
    input.dispatchEvent(new Event('change'));
  };
  choose('x'.repeat(2_000_001));
  equal([texts(element, '.receipt-note'), events], [['This file is too large for a receipt; choose another one.'], []]);
  choose('{"format": 1}');
  await until(() => events.length, 'the event was not raised');
  equal([lastLine(), events[0][0]], [{ kind: 'restore', receipt: '{"format": 1}' }, 'restore']);
  ok(props.value?.startsWith(logOf(TEXT)), 'the text before is gone');
});

test('the pointer is told which token it is on', async () => {
  const { element } = await desk(TEXT);
  part(element, '[data-i="1"]').dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  equal(texts(element, '.status-pointer'), ['“·rain” 25.0 %, rank 3']);
});

test('another text closes the token that is open', async () => {
  const { element, click, update } = await desk(TEXT);
  click('[data-i="3"]');
  update(logOf([START, DESK, FIRST, PROMPT[0]]));
  equal([texts(element, '.tok'), texts(element, '.panel-id')], [['The'], []]);
});

test('characters of any kind are shown as they are', async () => {
  const strange = ['<img src=x onerror=alert(1)>', '$' + '{1+1} {{value}}', '你好 👩‍👩‍👧', 'a\u2028b'];
  const { element } = await desk([START, DESK, FIRST, ...strange.map((text, i) => token(i, text)), END]);
  equal(texts(element, '.strip-plain'), [strange.join('')]);
  equal(element.querySelectorAll('img').length, 0);
});

test('who wrote the text stands under it', async () => {
  equal(texts((await desk(TEXT)).element, '.status-by'), ['by tale, step 40']);
});

test('a panel over the page takes the focus and gives it back', async () => {
  const { element, click } = await desk(TEXT);
  const panel = part(element, '.token-panel');
  panel.style.position = 'fixed';
  click('[data-i="3"]');
  ok(document.activeElement === part(element, '.panel-close'), 'the panel has no focus');
  panel.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  equal([texts(element, '.panel-id'), document.activeElement?.getAttribute('data-i')], [[], '3']);
});
