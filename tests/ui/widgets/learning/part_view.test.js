import { equal, test } from '/tests/check.js';
import { HISTORY } from '/tests/learning/fixtures.js';
import { texts } from '/tests/mounting.js';
import { node, part } from '/widgets/lib/dom.js';
import { PartView } from '/widgets/learning/part_view.js';

test('a passage is shown at a step, and its tokens and cells can be chosen', () => {
  /** @type {unknown[]} */
  const chosen = [];
  const view = new PartView('Training part', HISTORY, { open: (_, at) => chosen.push(['open', at]), move: (index) => chosen.push(['move', index]) });
  const host = node('div', { style: 'width:300px' });
  document.body.replaceChildren(host);
  view.show(host);
  view.draw(2, 1, 0.5);
  equal([texts(host, 'h4'), texts(host, '.le-sentence')], [['Training part'], ['2 of 3 tokens learned, half of them by step 10.']]);
  equal(part(host, '.tok[aria-selected=true]').textContent, ' rain');
  /** @type {HTMLElement} */ (part(host, '.le-text').children[2]).click();
  part(host, 'canvas').dispatchEvent(new MouseEvent('click', { clientX: 0, clientY: 0 }));
  equal(chosen[0], ['open', 2]);
  equal(chosen.length, 3);
});
