import { equal, ok, test } from '/tests/check.js';
import { SERIES, evaluated, liveTemplate, newsOf } from '/tests/live/fixtures.js';
import { texts } from '/tests/mounting.js';
import { part } from '/widgets/lib/dom.js';
import { Probe } from '/widgets/live/probe.js';
import { RunRecord } from '/widgets/live/record.js';

async function drawn() {
  const view = await liveTemplate();
  /** @type {number[]} */
  const moves = [];
  const probe = new Probe(view, (index) => moves.push(index));
  const record = new RunRecord(SERIES);
  record.add(newsOf({
    evals: [evaluated(1, 4, 4, [['a', 0.1]]), evaluated(10, 3, 3, [[' b', 0.5], ['c', 0.25]]), evaluated(20, 2, 2, [['d', 1]])],
    samples: [{ step: 10, epoch: 1, text: 'Every effort moves' }, { step: 20, epoch: 2, text: 'Other words' }],
  }));
  const show = (/** @type {number} */ index) => probe.draw(record, index, 'Every effort');
  show(2);
  return { view, probe, show, slider: part(view, '.pb-slider', HTMLInputElement), moves };
}

const textOf = (/** @type {HTMLElement} */ view, /** @type {string} */ name) => part(view, `.pb-${name}`).textContent;

test('the slider shows the moment and says when it is moved', async () => {
  const { view, slider, show, moves } = await drawn();
  equal([slider.value, slider.max, textOf(view, 'moment')], ['2', '2', 'Step 20, epoch 2']);
  slider.value = '1';
  slider.dispatchEvent(new Event('input'));
  equal(moves, [1]);
  show(1);
  equal(slider.getAttribute('aria-valuetext'), 'Step 10, epoch 1');
});

test('the likeliest tokens are shown with what is left for all others', async () => {
  const { view, show } = await drawn();
  show(1);
  equal(texts(view, '.pb-word').slice(0, 3), ['·b', 'c', '']);
  equal(texts(view, '.pb-share').filter(Boolean), ['50.0 %', '25.0 %', '25.0 %']);
  equal(texts(view, '.pb-rest .pb-word'), ['all others']);
});

test('the sample is the last one written by then, its given part apart', async () => {
  const { view, show } = await drawn();
  equal([textOf(view, 'when'), texts(view, '.pb-sample span')], ['Written after epoch 2', ['', 'Other words']]);
  show(1);
  equal(texts(view, '.pb-sample span'), ['Every effort', ' moves']);
  show(0);
  equal([textOf(view, 'when'), textOf(view, 'sample')], ['Nothing written yet', 'The first sample comes later in this run.']);
});

test('a run without an evaluation shows nothing yet', async () => {
  const { view, probe, slider } = await drawn();
  probe.draw(new RunRecord(SERIES), 0, '');
  equal([slider.disabled, textOf(view, 'moment'), texts(view, '.pb-share').filter(Boolean)], [true, 'Not yet evaluated', []]);
  equal(textOf(view, 'sample'), 'The model writes a sample after every epoch.');
});

test('finding 16: recited words are underlined, and their place in the training text is shown without moving anything', async () => {
  const view = await liveTemplate();
  const source = { before: 'in those days ', text: ' moves the river', after: ' on', tokens: 9 };
  /** @type {import('/widgets/lib/recited.js').Piece[] | null} */
  let pieces = null;
  const probe = new Probe(view, () => {}, () => pieces);
  const record = new RunRecord(SERIES);
  record.add(newsOf({ evals: [evaluated(10, 3, 3)], samples: [{ step: 10, epoch: 1, text: 'Every effort moves the river' }] }));
  const show = () => probe.draw(record, 0, 'Every effort');
  show();
  equal(texts(view, '.pb-recited'), []);
  ok(part(view, '.pb-legend').classList.contains('lv-away'), 'no legend without an underline');
  pieces = [{ text: 'Every effort', source: null }, { text: ' moves the river', source }];
  show();
  equal(texts(view, '.pb-recited'), [' moves the river']);
  equal(textOf(view, 'sample'), 'Every effort moves the river');
  ok(!part(view, '.pb-legend').classList.contains('lv-away'), 'the legend');

  const word = part(view, '.pb-recited');
  word.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
  ok(!part(view, '.pb-source').hidden, 'the source is shown to the keyboard');
  equal(textOf(view, 'source-head'), '9 tokens that stand in the training text:');
  equal(textOf(view, 'source-before'), '… in those days ');
  show();
  ok(part(view, '.pb-recited') === word && !part(view, '.pb-source').hidden, 'drawing again keeps it');
  word.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  ok(part(view, '.pb-source').hidden, 'Escape closes it');
  word.click();
  ok(!part(view, '.pb-source').hidden, 'a tap shows it');
});

test('eight guesses have their rows before the first evaluation', async () => {
  const view = await liveTemplate();
  new Probe(view, () => {});
  equal(texts(view, '.pb-rows li').length, 9);
});
