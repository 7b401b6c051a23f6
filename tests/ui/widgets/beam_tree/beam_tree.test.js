import { equal, ok, test, until } from '/tests/check.js';
import { FOUND } from '/tests/beam_tree/beam_fixture.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';

/** @param {unknown} [value] */
async function tree(value = FOUND) {
  const mounted = await mountWidget('beam_tree', { value });
  const { element } = mounted;
  const marked = (/** @type {string} */ selector) =>
    parts(element, '.beam').flatMap((box, number) => (box.matches(selector) ? [number] : []));
  const press = (/** @type {string} */ key, more = {}) =>
    document.activeElement?.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }),
    );
  const focused = () => parts(element, '.beam').indexOf(/** @type {HTMLElement} */ (document.activeElement));
  return { ...mounted, marked, press, focused };
}

test('before a search nothing is shown, and the button raises the event', async () => {
  const { element, events } = await tree(null);
  ok(part(element, '.beams-found').hidden, 'an empty tree is shown');
  part(element, '.beams-search').click();
  equal([events, texts(element, '.beams-status')], [[['search', undefined]], ['Searching …']]);
  equal(part(element, '.beams-search', HTMLButtonElement).disabled, true);
});

test('the texts are listed and every token has a box in the tree', async () => {
  const { element, marked } = await tree();
  equal(texts(element, '.beam-pick'), ['−0.500The rain had stopped, and nobody', '−0.900The rain had never fell']);
  equal(texts(element, '.beam text:not(.mark)'), ['·stopped', '·never', ',·and·no…', '.', '·fell']);
  equal(texts(element, '.mark'), ['', '', '■', '×', '□']);
  equal(
    parts(element, '.beam').map((box) => box.getAttribute('aria-level')),
    ['1', '1', '2', '2', '2'],
  );
  equal(part(element, 'svg').getAttribute('viewBox'), '0 0 312 98');
  equal([marked('.died'), marked('.goes-on')], [[3], [0, 1]]);
});

test('the best text is chosen first, and a press chooses another', async () => {
  const { element, marked } = await tree();
  const state = () => [
    marked('.way'),
    marked('[tabindex="0"]'),
    parts(element, '.edge').flatMap((edge, i) => (edge.matches('.way') ? [i] : [])),
    parts(element, '.beam-pick').map((button) => button.getAttribute('aria-pressed')),
  ];
  equal(state(), [[0, 2], [0], [0, 2], ['true', 'false']]);
  parts(element, '.beam-pick')[1].click();
  equal(state(), [[1, 4], [1], [1, 4], ['false', 'true']]);
});

test('the tree is walked by keys, and the box with the focus is explained', async () => {
  const { element, marked, press, focused } = await tree();
  part(element, '.beam').focus();
  const walked = ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowLeft', 'ArrowDown', 'End', 'Home'].map((key) => {
    press(key);
    return focused();
  });
  equal(walked, [2, 3, 0, 0, 1, 2, 0]);
  press('ArrowRight');
  equal(
    [texts(element, '.beams-why'), marked('[tabindex="0"]')],
    [['“,·and·nobody” 50.0 %; log probability so far −1.40; it finished'], [2]],
  );
  press('ArrowLeft', { ctrlKey: true });
  equal(focused(), 2);
});

test('a box under the pointer is explained', async () => {
  const { element } = await tree();
  ok(texts(element, '.beams-why')[0]?.startsWith('Point at a box'), 'there is no hint');
  parts(element, '.beam')[3].dispatchEvent(new PointerEvent('pointermove'));
  equal(texts(element, '.beams-why'), ['“.” 50.0 %; log probability so far −1.40; it died']);
});

test('while a search runs, and where it fails, the tree before stays', async () => {
  const { element, update } = await tree();
  update({ busy: true });
  equal([texts(element, '.beams-status'), parts(element, '.beam').length], [['Searching …'], 5]);
  update({ error: 'The prompt is empty.' });
  equal(
    [texts(element, '.desk-error, .beams-status'), parts(element, '.beam').length],
    [['The prompt is empty.', ''], 5],
  );
  equal(part(element, '.beams-search', HTMLButtonElement).disabled, false);
});

test('a search that comes out differently than its receipt shows both', async () => {
  const { element } = await tree({ ...FOUND, error: 'The text differs from the receipt’s.' });
  equal([texts(element, '.desk-error'), parts(element, '.beam').length], [['The text differs from the receipt’s.'], 5]);
});

test('the best text is copied as a command', async () => {
  const { element } = await tree();
  let copied = '';
  document.execCommand = () => {
    copied = /** @type {HTMLTextAreaElement} */ (document.activeElement).value;
    return true;
  };
  part(element, '[data-copy="command"]').click();
  await until(() => texts(element, '.receipt-note')[0] === 'Copied.', 'it was not said');
  equal(copied, 'run it');
});
