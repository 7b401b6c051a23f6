import { equal, test } from '/tests/check.js';
import { HEADS, look, SEEN } from '/tests/inside/fixtures.js';
import { texts } from '/tests/mounting.js';
import { node, part, parts } from '/widgets/lib/dom.js';
import { LookedAt, shadeOf } from '/widgets/inside/looked_at.js';

const MEAN = { layer: null, head: null };

/** @param {import('/widgets/inside/words.js').Look} shown @param {{ texts: { t: string }[], first: number } | null} around */
function showing(shown, around) {
  const root = node('div');
  document.body.replaceChildren(root);
  /** @type {unknown[]} */
  const done = [];
  const view = new LookedAt(root, { choose: (whose) => done.push(whose), open: (i) => done.push(i) });
  view.draw(shown, MEAN, around);
  view.drawHeads(shown, MEAN);
  return { root, done, view };
}

test('earlier tokens are shaded by attention, the most looked at is the darkest', () => {
  const { root } = showing(look(), null);
  equal(texts(root, '.tok'), ['The', ' rain', ' had', ' stop']);
  equal(parts(root, '.tok').map((token) => token.style.getPropertyValue('--shade')), [1 / 6, 1 / 3, 1, 1 / 6].map(shadeOf));
  equal(parts(root, '.tok')[2].getAttribute('aria-label'), '“·had”, looked at 60.0 %');
  equal(texts(root, '.in-most'), ['60.0 %']);
});

test('tokens that the model did not see are faint, and a pressed token opens', () => {
  const { root, done } = showing(look({ seen: SEEN.slice(1, 3), row: [0.5, 0.5], most: Array(2).fill(Array(2).fill([0, 1])) }), { texts: [...SEEN, { t: 'ped' }], first: 1 });
  equal(parts(root, '.tok').map((token) => token.classList.contains('in-unseen')), [true, false, false, true, true]);
  equal(parts(root, '[aria-selected=true]').map((token) => token.textContent), [' stop']);
  parts(root, '.tok')[4].click();
  equal(done, [4]);
});

test('another head is chosen from the list, where clear heads have a name', () => {
  const { root, done, view } = showing(look(), null);
  view.name(look(), HEADS.names);
  const select = part(root, 'select', HTMLSelectElement);
  equal(texts(root, 'option'), ['all heads, mean', 'layer 0, mean', 'layer 0, head 0 (previous token)', 'layer 0, head 1', 'layer 1, mean', 'layer 1, head 0 (induction)', 'layer 1, head 1']);
  select.selectedIndex = 5;
  select.dispatchEvent(new Event('change'));
  equal(done, [{ layer: 1, head: 0 }]);
  view.drawRow(look({ row: [1, 0, 0, 0] }), { layer: 1, head: 0 }, 0);
  equal(texts(root, '.in-say'), ['Before saying “ped”, layer 1, head 0 looked most at “The” (100.0 %).']);
});

test('a long text is one line of tokens for each look, and is made anew for another text only', () => {
  const long = Array.from({ length: 300 }, (_, i) => ({ t: ` w${i}` }));
  const { root, view } = showing(look({ seen: long, row: long.map(() => 1 / 300) }), null);
  const first = root.querySelector('.tok');
  view.draw(look({ seen: long, row: long.map((_, i) => Number(i === 299)) }), MEAN, null);
  equal(root.querySelector('.tok') === first, true);
  view.draw(look(), MEAN, null);
  equal(root.querySelectorAll('.tok').length, 4);
});
