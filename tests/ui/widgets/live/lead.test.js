import { equal, test } from '/tests/check.js';
import { SESSION, liveTemplate, newsOf, statusOf } from '/tests/live/fixtures.js';
import { part, parts } from '/widgets/lib/dom.js';
import { getParameter, readPlace } from '/widgets/lib/place.js';
import { Lead } from '/widgets/live/lead.js';

async function leading() {
  history.replaceState(null, '', '/?run=river');
  /** @type {string[]} */
  const events = [];
  const view = await liveTemplate();
  const lead = new Lead(view, 'recorded', (event) => events.push(event));
  return { view, lead, events };
}

test('each way opens a tab with this run', async () => {
  const { view, lead, events } = await leading();
  lead.open('river');
  const ways = parts(view, '[data-way]', HTMLButtonElement).map((way) => {
    way.click();
    return [way.textContent, readPlace().tab, readPlace().run, getParameter('whatif')];
  });
  equal(ways, [
    ['See its next token', 'decoding', 'river', null],
    ['Let it write', 'generate', 'river', null],
    ['Where did it go wrong?', 'evaluate', 'river', null],
    ['Compare', 'runs', 'river', null],
    ['What if?', 'runs', 'river', 'river'],
  ]);
  equal(events, ['decode']);
});

test('Compare chooses this run, beside those that are compared already', async () => {
  const { view, lead } = await leading();
  lead.open('river');
  const compare = part(view, '[data-way=compare]');
  compare.click();
  equal(getParameter('compare'), 'river');
  history.replaceState(null, '', '/?run=river&compare=lake,river');
  compare.click();
  equal(getParameter('compare'), 'lake,river');
  lead.open('sea');
  compare.click();
  equal(getParameter('compare'), 'lake,river,sea');
});

test('the recorded run invites to train, another one does not', async () => {
  const { view, lead } = await leading();
  const invites = () => !part(view, '.lv-recorded').hidden;
  lead.open('river');
  equal(invites(), false);
  lead.open('recorded');
  equal(invites(), true);
  lead.draw(statusOf({ state: 'completed', live: false, step: 40, elapsed_s: 41 }), newsOf().about, SESSION, true);
  equal(part(view, '.lv-recorded [data-drawer=train]').textContent, 'Train it yourself (41 s)');
  equal(part(view, '.lv-read').textContent, 'This model has read “river” 4 times. Drag to watch it learn.');
});

test('the buttons of a new run ask for the drawer', async () => {
  const { view } = await leading();
  /** @type {string[]} */
  const asked = [];
  addEventListener('pg-drawer-open', (event) => asked.push(/** @type {CustomEvent<string>} */ (event).detail));
  for (const selector of ['.lv-new', '.lv-recorded [data-drawer=train]', '.lv-recorded [data-drawer=text]']) part(view, selector).click();
  equal(asked, ['train', 'train', 'text']);
});
