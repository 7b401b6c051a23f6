import { equal, ok, test, until } from '/tests/check.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { begun, logOf, score, STEPS, THREE, token } from '/tests/lanes/lane_fixture.js';
import { part, parts } from '/widgets/lib/dom.js';

/** @param {Record<string, unknown>[]} lines */
async function lanes(lines) {
  const mounted = await mountWidget('lanes', { value: logOf(lines), server: { stop: () => ({ stopped: true }) } });
  const { element, props, update } = mounted;
  return {
    ...mounted,
    append: (/** @type {Record<string, unknown>[]} */ more) => update(props.value + logOf(more)),
    shows: (/** @type {string} */ selector) => !part(element, selector).hidden,
    click: (/** @type {string} */ selector) => part(element, selector).click(),
  };
}

const WRITTEN = [
  ...[0, 1, 2].map((lane) => token(lane, 7, ' rains')),
  ...[0, 1, 2].map((lane) => token(lane, 7 + (lane >> 1), ` word${lane >> 1}`)),
  { kind: 'end' },
  score(0),
  score(1),
  score(2),
];

test('texts stand side by side with their scores, and the first token that differs from the first text is marked', async () => {
  const { element } = await lanes([...begun(THREE), ...WRITTEN]);
  equal(texts(element, '.lane h3'), ['one', 'two', 'three']);
  equal(texts(element, '.lane-text'), [' rains word0', ' rains word0', ' rains word1']);
  equal(texts(element, '.tok.parts'), [' word1']);
  ok(part(element, '.tok.parts').title.endsWith('; from here on it differs from the first text'), 'the mark is not explained');
  equal(
    parts(element, '.lane').map((lane) => texts(lane, 'dd')[0]),
    ['−0.700', 'nowhere', 'token 2'],
  );
  equal(part(element, '.tok').style.getPropertyValue('--shade'), 'var(--step-5)');
  equal([part(element, '.grown').hidden, part(element, '.lanes-grid').hasAttribute('tabindex')], [true, false]);
});

test('tokens are added to their texts while they are written, and scores once', async () => {
  const { element, append, shows } = await lanes(begun(THREE));
  equal([shows('.desk-stop'), shows('.lanes-save'), texts(element, '.lanes-status')], [true, false, ['Writing …']]);
  append(WRITTEN.slice(0, 3));
  const first = part(element, '.tok');
  append(WRITTEN.slice(3));
  ok(part(element, '.tok') === first, 'the nodes were made again');
  equal([texts(element, '.lane:last-child dt').length, shows('.lanes-write'), shows('.lanes-save')], [6, true, true]);
  append([]);
  equal(texts(element, '.lane:last-child dt').length, 6);
});

test('writing is asked for once, stopped by its job, and what goes wrong is said', async () => {
  const { element, click, events, update, questions } = await lanes([]);
  click('.lanes-write');
  click('.lanes-write');
  click('.desk-stop');
  equal([events, questions], [[['write', undefined]], []]);
  update(logOf([{ kind: 'start', job: 'job-7' }]));
  await until(() => questions.length, 'Stop was not sent');
  equal(questions[0], ['stop', { job: 'job-7' }]);
  update(
    logOf([
      { kind: 'start', job: 'job-7' },
      { kind: 'error', says: 'Choose 2 to 6.' },
    ]),
  );
  equal(texts(element, '.desk-error, .lanes-status'), ['Choose 2 to 6.', '']);
});

test('steps of a run are one row under a slider, which brings the chosen one into view', async () => {
  const { element } = await lanes([
    ...begun(STEPS),
    token(0, 1, ' x'),
    token(1, 2, ' y'),
    token(2, 3, ' z'),
    { kind: 'end' },
    score(0),
  ]);
  equal(
    [part(element, '.grown').hidden, part(element, '.lanes-grid').className, part(element, '.lanes-grid').tabIndex],
    [false, 'lanes-grid row', 0],
  );
  const slider = part(element, '.grown input', HTMLInputElement);
  slider.value = '0';
  slider.dispatchEvent(new Event('input'));
  equal([texts(element, '.lane.here h3'), texts(element, '.grown-text')], [['Step 0'], ['It x']]);
  equal([texts(element, '.grown dt').length, texts(element, '.lane dt').length], [5, 5]);
});

test('other texts take the place of those before, and the slider goes', async () => {
  const { element, update } = await lanes([...begun(STEPS), token(0, 1, ' x')]);
  update(logOf([...begun(THREE), ...WRITTEN]));
  equal([texts(element, '.lane h3'), part(element, '.grown').hidden], [['one', 'two', 'three'], true]);
});

test('texts are rated and saved', async () => {
  const { element, click } = await lanes([...begun(THREE, true), ...WRITTEN]);
  equal(
    parts(element, '.lane').map((lane) => parts(lane, '.stars input').length),
    [5, 5, 5],
  );
  click('.lane:nth-child(2) [aria-label="4 of 5"]');
  const { createObjectURL } = URL;
  const { click: follow } = HTMLAnchorElement.prototype;
  /** @type {Blob[]} */
  const blobs = [];
  let name = '';
  URL.createObjectURL = (blob) => {
    blobs.push(/** @type {Blob} */ (blob));
    return 'blob:test';
  };
  HTMLAnchorElement.prototype.click = function () {
    name = this.download;
  };
  click('.lanes-save');
  [URL.createObjectURL, HTMLAnchorElement.prototype.click] = [createObjectURL, follow];
  const saved = JSON.parse(await blobs[0].text());
  equal([name, saved.texts.map((/** @type {any} */ each) => each.rating)], ['tale-40.texts.json', [null, 4, null]]);
});

test('texts that are not rated have no stars', async () => {
  equal(parts((await lanes(begun(THREE))).element, '.stars').length, 0);
});

test('what is said about the choice of texts stands above them', async () => {
  const { element, update } = await lanes(begun(STEPS));
  equal(part(element, '.lanes-note').hidden, true);
  const [start, head] = begun(STEPS.slice(2));
  update(logOf([start, { ...head, note: 'This run has one step only.' }]));
  equal([part(element, '.lanes-note').hidden, texts(element, '.lanes-note')], [false, ['This run has one step only.']]);
});

test('the texts of a run that kept one step only are those of its training, each under the slider', async () => {
  const old = STEPS.map((_, lane) => ({ kind: 'text', lane, text: ` rained ${lane}` }));
  const scores = STEPS.map((_, lane) => ({ kind: 'score', lane, n: 2, distinct: 1, repetition: 0, copied: lane / 4 }));
  const { element } = await lanes([...begun(STEPS), ...old, { kind: 'end' }, ...scores]);
  equal(texts(element, '.lane-text'), [' rained 0', ' rained 1', ' rained 2']);
  equal([texts(element, '.grown-text'), texts(element, '.grown h3')], [['It rained 2'], ['Step 100']]);
  const slider = part(element, '.grown input', HTMLInputElement);
  slider.value = '0';
  slider.dispatchEvent(new Event('input'));
  equal([texts(element, '.grown-text'), texts(element, '.grown dd')], [['It rained 0'], ['100.0 %', '0 %', '0 %']]);
});
