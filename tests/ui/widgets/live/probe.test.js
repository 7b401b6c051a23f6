import { equal, test } from '/tests/check.js';
import { SERIES, evaluated, liveTemplate, newsOf } from '/tests/live/fixtures.js';
import { texts } from '/tests/mounting.js';
import { part } from '/widgets/lib/dom.js';
import { Probe } from '/widgets/live/probe.js';
import { RunRecord } from '/widgets/live/record.js';

async function drawn() {
  const view = await liveTemplate();
  /** @type {(number | null)[]} */
  const moments = [];
  const probe = new Probe(view, (epoch) => moments.push(epoch));
  const record = new RunRecord(SERIES);
  record.add(newsOf({
    evals: [evaluated(1, 4, 4, [['a', 0.1]]), evaluated(10, 3, 3, [[' b', 0.5], ['c', 0.25]]), evaluated(20, 2, 2, [['d', 1]])],
    samples: [{ step: 10, epoch: 1, text: 'Every effort moves' }, { step: 20, epoch: 2, text: 'Other words' }],
  }));
  probe.draw(record, 'Every effort');
  const slider = part(view, '.pb-slider', HTMLInputElement);
  function move(/** @type {number} */ to) {
    slider.value = String(to);
    slider.dispatchEvent(new Event('input'));
  }
  return { view, probe, record, slider, move, moments };
}

const textOf = (/** @type {HTMLElement} */ view, /** @type {string} */ name) => part(view, `.pb-${name}`).textContent;

test('the slider follows the latest evaluation until it is moved', async () => {
  const { view, probe, record, slider, move, moments } = await drawn();
  equal([slider.value, textOf(view, 'moment')], ['2', 'Step 20, epoch 2']);
  move(1);
  record.add(newsOf({ steps: record.steps, evals: [evaluated(30, 1, 1)] }));
  probe.draw(record, 'Every effort');
  equal([slider.value, slider.max], ['1', '3']);
  move(3);
  equal(moments, [1, null]);
});

test('the likeliest tokens are shown with what is left for all others', async () => {
  const { view, move } = await drawn();
  move(1);
  equal(texts(view, '.pb-word').slice(0, 3), ['·b', 'c', '']);
  equal(texts(view, '.pb-share').filter(Boolean), ['50.0 %', '25.0 %', '25.0 %']);
  equal(texts(view, '.pb-rest .pb-word'), ['all others']);
});

test('the sample is the last one written by then, its given part apart', async () => {
  const { view, move } = await drawn();
  equal([textOf(view, 'when'), texts(view, '.pb-sample span')], ['Written after epoch 2', ['', 'Other words']]);
  move(1);
  equal(texts(view, '.pb-sample span'), ['Every effort', ' moves']);
  move(0);
  equal([textOf(view, 'when'), textOf(view, 'sample')], ['Nothing written yet', 'The first sample comes later in this run.']);
});

test('another record is shown from its end', async () => {
  const { view, probe, slider, move } = await drawn();
  move(0);
  const other = new RunRecord(SERIES);
  probe.draw(other, '');
  equal([slider.disabled, textOf(view, 'moment'), texts(view, '.pb-share').filter(Boolean)], [true, 'Not yet evaluated', []]);
  equal(textOf(view, 'sample'), 'The model writes a sample after every epoch.');
});
