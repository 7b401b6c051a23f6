import { equal, test } from '/tests/check.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';

const VALUE = {
  facts: [
    { name: 'Tokens', value: 5145, format: 'whole' },
    { name: 'Time', value: null, format: 'time' },
    { name: 'Text', value: '<b>' },
  ],
  note: 'Estimated.',
  more: 'Parameters, memory and cost',
  bars: [{ title: 'Memory', format: 'bytes', parts: [['Weights', 3e6], ['Activations', 1e6]] }],
  table: { title: 'Beside', head: ['', 'this one'], rows: [['Tokens', '12']] },
};

test('named values are shown in their format', async () => {
  const { element } = await mountWidget('facts', { value: VALUE });
  equal(texts(element, 'dt'), ['Tokens', 'Time', 'Text']);
  equal(texts(element, '.fa-facts dd'), ['5,145', '–', '<b>']);
  equal([part(element, '.fa-note').textContent, part(element, '.fa-note').hidden], ['Estimated.', false]);
});

test('bars show the share of each part, and a table follows them', async () => {
  const { element } = await mountWidget('facts', { value: VALUE });
  equal(parts(element, '.fa-bar i').map((bar) => bar.style.flexGrow), ['0.75', '0.25']);
  equal(texts(element, '.fa-bars li'), ['Weights3.00 MB', 'Activations1.00 MB']);
  equal(texts(element, '.fa-bars td'), ['Tokens', '12']);
  equal([part(element, '.fa-more').hidden, part(element, 'summary').textContent], [false, 'Parameters, memory and cost']);
});

test('an update keeps the nodes of the values', async () => {
  const { element, update } = await mountWidget('facts', { value: VALUE });
  const [first] = parts(element, '.fa-facts dd');
  update({ facts: [{ name: 'Tokens', value: 7, format: 'whole' }] });
  equal([parts(element, '.fa-facts dd')[0] === first, texts(element, '.fa-facts dd')], [true, ['7']]);
  equal([part(element, '.fa-more').hidden, part(element, '.fa-note').hidden], [true, true]);
});

test('an error takes the place of the values, and its way out raises an event', async () => {
  const { element, update, events } = await mountWidget('facts', { value: VALUE });
  const way_out = { label: 'Use a context length of 5', context_length: 5 };
  update({ error: 'Too short.', way_out });
  equal([part(element, '.fa-error span').textContent, part(element, '.fa-error').hidden], ['Too short.', false]);
  equal(part(element, '.fa-facts').hidden, true);
  part(element, '.fa-way').click();
  equal(events, [['way_out', way_out]]);
  update({ error: 'Empty.', way_out: null });
  equal(part(element, '.fa-way').hidden, true);
});

test('nothing is shown for an empty value', async () => {
  const { element } = await mountWidget('facts');
  equal([texts(element, '.fa-facts dd'), part(element, '.fa-error').hidden, part(element, '.fa-more').hidden], [[], true, true]);
});
