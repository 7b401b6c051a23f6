import { equal, ok, test } from '/tests/check.js';
import { SERIES, liveTemplate, newsOf, statusOf } from '/tests/live/fixtures.js';
import { part } from '/widgets/lib/dom.js';
import { RunRecord } from '/widgets/live/record.js';
import { Tiles } from '/widgets/live/tiles.js';

test('tiles and progress show a record', async () => {
  const view = await liveTemplate();
  const record = new RunRecord(SERIES);
  record.add(newsOf());
  new Tiles(view).draw(record, statusOf());
  equal(['train', 'val', 'speed', 'left'].map((name) => part(view, `.lv-${name}`).textContent), ['4.900', '4.800', '500', '18 s']);
  equal(part(view, '.lv-progress').getAttribute('aria-valuenow'), '10');
  equal(part(view, '.lv-progress i').style.transform, 'scaleX(0.1)');
  ok(part(view, '.lv-pace').title.includes('floating-point operations'), 'no help');
});
