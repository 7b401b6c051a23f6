import { equal, ok, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { TEXT } from '/tests/one_page/pages.js';
import { node, part } from '/widgets/lib/dom.js';
import { drawHint, drawToken } from '/widgets/one_page/alternatives.js';
import { writtenText } from '/widgets/one_page/content.js';

const { tokens, vocabSize } = writtenText(TEXT);

function drawn(/** @type {number} */ i) {
  const panel = node('aside');
  /** @type {(number | string)[]} */
  const pressed = [];
  drawToken(panel, tokens[i], i, { vocabSize, open: (to) => pressed.push(to), close: () => pressed.push('closed') });
  return { panel, pressed };
}

test('a token is listed with its alternatives and their probabilities', () => {
  const { panel } = drawn(2);
  equal(texts(panel, '.panel-token'), ['·<b>']);
  equal(texts(panel, '.choice-text'), ['·effort', '·day', '·<b>']);
  equal(texts(panel, '.choice .choice-p'), ['50.0 %', '25.0 %', '1.0 %']);
  equal(part(panel, '[aria-current]').textContent, '·<b>1.0 %');
  equal(texts(panel, '.panel-rest'), ['297 other tokens share 24.0 %.']);
});

test('nothing is offered to press that a file cannot do', () => {
  equal(texts(drawn(2).panel, 'button'), ['‹', '›', '×']);
});

test('the first token has no alternatives', () => {
  const { panel } = drawn(0);
  equal(texts(panel, '.choice'), []);
  ok(panel.textContent?.includes('nothing stands before it'), 'no reason');
});

test('the buttons lead to the neighbours and close', () => {
  const { panel, pressed } = drawn(1);
  for (const button of panel.querySelectorAll('button')) button.click();
  equal(pressed, [0, 2, 'closed']);
  drawHint(panel);
  ok(!panel.classList.contains('open') && panel.textContent?.startsWith('Press a word'), 'no hint');
});
