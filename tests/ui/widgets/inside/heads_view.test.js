import { equal, test } from '/tests/check.js';
import { HEADS, look } from '/tests/inside/fixtures.js';
import { texts } from '/tests/mounting.js';
import { node, parts } from '/widgets/lib/dom.js';
import { barsPath, drawHeads, markHead, nameHeads } from '/widgets/inside/heads_view.js';

test('a small picture has a bar for each place that was looked at', () => {
  equal(barsPath(new Uint8Array([0, 255, 5])), 'M1 255V0h1V255M2 255V250h1V255');
});

test('every head has its picture, says what it does where that is clear, and can be chosen', () => {
  const root = node('div');
  document.body.replaceChildren(root);
  /** @type {unknown[]} */
  const chosen = [];
  drawHeads(root, look(), (whose) => chosen.push(whose));
  nameHeads(root, look(), HEADS.names);
  equal(texts(root, '.in-does'), ['previous token', '', 'induction', '']);
  equal(parts(root, '.in-head')[2].getAttribute('aria-label'), 'Layer 1, head 0, induction: looks most at “·had”, 80.0 %');
  parts(root, '.in-head')[3].click();
  parts(root, '.in-mean')[0].click();
  equal(chosen, [{ layer: 1, head: 1 }, { layer: 0, head: null }]);
  markHead(root, { layer: 1, head: 1 });
  equal(parts(root, '[aria-pressed=true]').map((each) => each.dataset.head), ['1']);
});
