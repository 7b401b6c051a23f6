import { equal, ok, test } from '/tests/check.js';
import { token } from '/tests/token_strip/log_fixture.js';
import { texts } from '/tests/mounting.js';
import { node, parts } from '/widgets/lib/dom.js';
import { StripView, tokenNode } from '/widgets/token_strip/strip_view.js';

/** @typedef {import('/widgets/token_strip/token_log.js').Token} Token */

/** @type {import('/widgets/token_strip/strip_view.js').Look} */
const LOOK = { measure: 'probability', spaces: false };

/** Tokens that are single letters. @param {string} letters @returns {Token[]} */
const tokensOf = (letters) => [...letters].map((letter, i) => /** @type {Token} */ (token(i, ` ${letter}`)));

/** A strip in a narrow box, and what it raised. */
function strip() {
  const root = node('div', { style: 'width: 200px; font: 20px monospace' });
  document.body.replaceChildren(root);
  /** @type {unknown[][]} */
  const raised = [];
  const raise =
    (/** @type {string} */ name) =>
    (/** @type {unknown[]} */ ...data) =>
      raised.push([name, ...data]);
  const view = new StripView(root, {
    open: raise('open'),
    close: raise('close'),
    walk: raise('walk'),
    point: (at) => raised.push(['point', at?.t ?? null]),
  });
  const show = (/** @type {Token[]} */ tokens, more = {}) =>
    view.show(tokens, { look: LOOK, busy: false, anew: false, ...more });
  const press = (/** @type {number} */ i, /** @type {string} */ key) =>
    root.children[i].dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const marked = (/** @type {string} */ selector) =>
    [...root.querySelectorAll(selector)].map((each) => Number(each.getAttribute('data-i')));
  return { root, view, raised, show, press, marked };
}

/** The coloured parts of a token's node. @param {Partial<Token>} given @param {object} [look] */
function glyphsOf(given, look = {}) {
  const made = tokenNode(/** @type {Token} */ ({ ...token(1, ''), ...given }), 0, { ...LOOK, ...look });
  return { text: made.textContent, glyphs: texts(made, '.glyphs'), made };
}

test('a leading space and line breaks stand outside the colour', () => {
  const { text, glyphs } = glyphsOf({ t: ' a\nb' });
  equal([text, glyphs], [' a\nb', ['a', 'b']]);
});

test('a token without ink can still be pressed', () => {
  for (const t of ['', ' ', '\n', '\n\n'])
    ok(glyphsOf({ t }).made.querySelector('.sliver'), `no sliver for ${JSON.stringify(t)}`);
});

test('white space is made visible on request, and breaks the line all the same', () => {
  const { text, glyphs } = glyphsOf({ t: ' a\n\nb' }, { spaces: true });
  equal([text, glyphs], ['·a↵\n↵\nb', ['·a↵', '↵', 'b']]);
});

test('a screen reader hears the token and where it came from', () => {
  const label = (/** @type {Partial<Token>} */ given) => glyphsOf(given).made.getAttribute('aria-label');
  equal(label({ t: ' a' }), '“·a” 50.0 %, rank 1');
  equal(label({ t: 'a', by: 'prompt' }), '“a” 50.0 %, rank 1, from the prompt');
  equal(label({ t: 'a', by: 'hand' }), '“a” 50.0 %, rank 1, taken by you');
});

test('a token without a probability has no colour and is marked, so that it does not look certain', () => {
  const first = tokenNode({ i: 1, t: 'a' }, 0, LOOK);
  equal([first.style.getPropertyValue('--shade'), first.className], ['', 'tok unscored']);
  const certain = glyphsOf({ p: 1 }).made;
  equal([certain.style.getPropertyValue('--shade'), certain.className], ['var(--step-0)', 'tok']);
});

test('a text that grows keeps its nodes and gets new ones at its end, before the caret', () => {
  const { root, show } = strip();
  const tokens = tokensOf('abc');
  show(tokens, { busy: true });
  const nodes = [...root.children].slice(0, 3);
  tokens.push(...tokensOf('abcde').slice(3));
  show(tokens, { busy: true });
  equal([root.textContent, root.lastElementChild?.className], [' a b c d e', 'caret']);
  ok(
    nodes.every((each, i) => each === root.children[i]),
    'a node was made again',
  );
  show(tokens);
  equal([root.children.length, root.getAttribute('aria-busy')], [5, 'false']);
});

test('another text, or another look, makes all nodes again', () => {
  const { root, view, show } = strip();
  show(tokensOf('abc'));
  const other = tokensOf('xyzw');
  ok(!view.continues(other), 'other tokens seem to continue the text');
  show(other);
  equal(root.textContent, ' x y z w');
  const first = root.children[0];
  show(other, { anew: true });
  ok(first !== root.children[0], 'the node was kept');
});

test('a shorter text of the same beginning does not continue the longer one', () => {
  const { root, view, show } = strip();
  const tokens = tokensOf('abc');
  show(tokens);
  ok(!view.continues(tokens.slice(0, 2)), 'it seems to');
  show(tokens.slice(0, 2));
  equal(root.textContent, ' a b');
});

test('an empty text is hidden', () => {
  const { root, show } = strip();
  show([]);
  ok(root.hidden, 'it is shown');
  show(tokensOf('a'));
  ok(!root.hidden, 'it is hidden');
});

test('the Tab key stops at one token: the first, or the one that was reached last', () => {
  const { view, show, marked } = strip();
  const tokens = tokensOf('abc');
  show(tokens);
  equal(marked('[tabindex="0"]'), [0]);
  view.rove(2, true);
  show(tokens);
  equal([marked('[tabindex="0"]'), document.activeElement?.getAttribute('data-i')], [[2], '2']);
});

test('one token is the open one, also after the nodes were made again', () => {
  const { view, show, marked } = strip();
  const tokens = tokensOf('abc');
  show(tokens);
  view.select(0);
  view.select(2);
  equal(marked('[aria-selected="true"]'), [2]);
  show(tokens, { anew: true });
  view.select(2);
  equal(marked('[aria-selected="true"]'), [2]);
  view.select(-1);
  equal(marked('[aria-selected="true"]'), []);
});

test('marks of forks and copied spans move with what they mark', () => {
  const { view, show, marked } = strip();
  show(tokensOf('abcdef'));
  const span = (/** @type {number} */ start, /** @type {number} */ end, /** @type {'train' | 'val'} */ part) => ({
    start,
    end,
    part,
    character: 0,
    before: '',
    text: '',
    after: '',
  });
  view.markForks([1, 3, 99]);
  view.markCopied([span(0, 2, 'train'), span(1, 3, 'val'), span(5, 9, 'val')]);
  equal(
    [marked('.forked'), marked('.copied-train'), marked('.copied-val')],
    [
      [1, 3],
      [0, 1],
      [1, 2, 5],
    ],
  );
  view.markForks([2]);
  view.markCopied([span(3, 4, 'train')]);
  equal([marked('.forked'), marked('.copied-train'), marked('.copied-val')], [[2], [3], []]);
});

test('a line stands where that begins which the model sees, and the tokens before it keep their colours', () => {
  const { root, view, show, marked } = strip();
  const tokens = tokensOf('abcdef');
  show(tokens);
  const shades = () => parts(root, '.tok').map((each) => each.style.getPropertyValue('--shade'));
  const before = shades();
  for (const first of [3, 5, 2, 0]) {
    view.markSight(first);
    equal([marked('.horizon'), marked('[title]'), shades()], [first ? [first] : [], first ? [first] : [], before]);
  }
  view.markSight(4);
  show(tokens, { anew: true });
  view.markSight(1);
  equal([marked('.horizon'), shades()], [[1], before]);
});

test('colours follow the measure', () => {
  const { root, view, show } = strip();
  show([/** @type {Token} */ (token(0, 'a', { p: 0.5, r: 1000, h: 3 }))]);
  const shade = () => /** @type {HTMLElement} */ (root.children[0]).style.getPropertyValue('--shade');
  equal(shade(), 'var(--step-5)');
  view.recolour({ measure: 'rank', spaces: false });
  equal(shade(), 'var(--step-9)');
  view.recolour({ measure: 'entropy', spaces: false });
  equal(shade(), 'var(--step-3)');
});

test('a press opens a token and focuses it, a press beside the tokens nothing', () => {
  const { root, show, raised } = strip();
  show(tokensOf('abc'));
  /** @type {HTMLElement} */ (root.querySelector('[data-i="1"] .glyphs')).click();
  root.click();
  equal(
    raised.filter(([name]) => name === 'open'),
    [['open', 1, true]],
  );
});

test('keys walk the tokens and open one', () => {
  const { root, show, raised, press } = strip();
  show(tokensOf('abc'), { busy: true });
  press(0, 'ArrowRight');
  press(1, 'End');
  press(2, 'ArrowRight');
  press(2, 'ArrowLeft');
  press(1, 'Home');
  press(0, 'ArrowLeft');
  equal(raised, [
    ['walk', 1],
    ['walk', 2],
    ['walk', 1],
    ['walk', 0],
  ]);
  ok(document.activeElement === root.children[0], 'the focus did not move');
  raised.length = 0;
  press(1, 'Enter');
  press(1, ' ');
  press(1, 'Escape');
  press(1, 'x');
  equal(raised, [['open', 1, false], ['open', 1, false], ['close']]);
});

test('up and down lead to the nearest token of the next line', () => {
  const { root, show, raised, press } = strip();
  show(tokensOf('abcdefghijklmnopqrstuvwxyz'));
  const box = (/** @type {number} */ i) => root.children[i].getBoundingClientRect();
  const perLine = [...root.children].filter((_, i) => box(i).top === box(0).top).length;
  ok(perLine > 3 && perLine < 13, `${perLine} tokens on a line`);
  press(2, 'ArrowDown');
  press(perLine + 2, 'ArrowUp');
  press(1, 'ArrowUp');
  press(25, 'ArrowDown');
  const reached = raised.map(([, i]) => Number(i));
  equal(reached.length, 2);
  equal([box(reached[0]).top > box(2).top, box(reached[0]).top < box(2 * perLine + 3).top], [true, true]);
  ok(Math.abs(box(reached[0]).left - box(2).left) < box(2).width, 'it is not the nearest one');
  equal(box(reached[1]).top, box(0).top);
});

test('the token under the pointer is told, and that there is none', () => {
  const { root, show, raised } = strip();
  show(tokensOf('ab'));
  root.children[1].dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  root.dispatchEvent(new PointerEvent('pointerleave'));
  equal(raised, [
    ['point', ' b'],
    ['point', null],
  ]);
});
