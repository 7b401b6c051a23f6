import { equal, test, until } from '/tests/check.js';
import { SERIES, liveTemplate, newsOf } from '/tests/live/fixtures.js';
import { part, parts } from '/widgets/lib/dom.js';
import { Loop } from '/widgets/live/loop.js';
import { RunRecord } from '/widgets/live/record.js';

const lit = (/** @type {HTMLElement} */ view) => parts(view, '.lv-on').map((item) => item.dataset.part);

test('each part of the loop shows what it last came to', async () => {
  const view = await liveTemplate();
  const record = new RunRecord(SERIES);
  record.add(newsOf());
  new Loop(view).draw(record, 4);
  equal(parts(view, '.lv-loop b').map((item) => item.textContent),
    ['1 of 4', '4 of 10', '0', '4.600', 'norm 1.50', 'lr 1e-3', 'at step 1', '–']);
});

test('pointing at a part explains it, leaving it restores the usual help', async () => {
  const view = await liveTemplate();
  new Loop(view);
  const help = part(view, '.lv-help');
  const usual = help.textContent;
  const item = part(view, '[data-part=loss]');
  item.dispatchEvent(new Event('focus'));
  equal(help.textContent, item.dataset.help);
  item.dispatchEvent(new Event('blur'));
  equal(help.textContent, usual);
});

test('a part lights up alone, a single step lights up six in turn', async () => {
  const view = await liveTemplate();
  const loop = new Loop(view);
  loop.blink('sample');
  equal(lit(view), ['sample']);
  loop.walk();
  await until(() => lit(view).length === 7, 'seven parts');
  equal(lit(view), ['epoch', 'batch', 'zero', 'loss', 'backward', 'update', 'sample']);
});
