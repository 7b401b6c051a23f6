import { equal, ok, test, until } from '/tests/check.js';
import { token } from '/tests/token_strip/log_fixture.js';
import { texts } from '/tests/mounting.js';
import { node } from '/widgets/lib/dom.js';
import { drawHint, drawPanel, drawStages } from '/widgets/token_strip/panel_view.js';

/** @typedef {import('/widgets/token_strip/token_log.js').Token} Token */

const TOKEN = /** @type {Token} */ (
  token(7, ' sun', {
    a: [
      [4, ' moon', 0.5, 0.2],
      [7, ' sun', 0.25, 0.8],
      [5, ' sea', 0.1, 0],
    ],
  })
);

/** A panel that shows a token, and what was pressed in it. @param {object} [more] */
function panelWith(more = {}) {
  const panel = node('aside');
  document.body.replaceChildren(panel);
  /** @type {unknown[][]} */
  const pressed = [];
  const opened = { token: TOKEN, i: 3, vocabSize: 100, busy: false, spans: [], ...more };
  drawPanel(panel, opened, {
    open: (i) => pressed.push(['open', i]),
    close: () => pressed.push(['close']),
    take: (i, id) => pressed.push(['take', i, id]),
  });
  return {
    panel,
    pressed,
    press: (/** @type {string} */ selector) => /** @type {HTMLElement} */ (panel.querySelector(selector)).click(),
  };
}

test('without an open token the panel says how to open one', () => {
  const panel = node('aside', { class: 'open' });
  drawHint(panel, true);
  ok(panel.textContent?.startsWith('Press a word'), panel.textContent ?? '');
  drawHint(panel, false);
  ok(panel.textContent?.startsWith('A word that is pressed'), panel.textContent ?? '');
  equal(panel.classList.contains('open'), false);
});

test('a token is shown with its numbers and the likeliest alternatives', () => {
  const { panel } = panelWith();
  equal(texts(panel, '.panel-token, .panel-id'), ['·sun', 'token 4, id 7']);
  equal(texts(panel, 'dt').length, 5);
  equal(texts(panel, '.choice-text'), ['·moon', '·sun', '·sea']);
  equal(texts(panel, '.choice-p'), ['50.0 %', '20.0 %', '25.0 %', '80.0 %', '10.0 %', 'cut']);
  equal(texts(panel, '.panel-rest'), ['97 other tokens share 15.0 %.']);
  ok(panel.classList.contains('open'), 'the panel is not open');
});

test('an alternative is taken, the token itself is not', () => {
  const { panel, pressed, press } = panelWith();
  press('li:nth-child(1) .choice');
  press('li:nth-child(2) .choice');
  press('li:nth-child(3) .choice');
  equal(pressed, [
    ['take', 3, 4],
    ['take', 3, 5],
  ]);
  equal(texts(panel, '.choice.here'), ['·sun25.0 %80.0 %']);
});

test('while a text is written nothing can be taken', () => {
  const { pressed, press } = panelWith({ busy: true });
  press('.choice');
  equal(pressed, []);
});

test('the neighbours are opened and the panel closed', () => {
  const { pressed, press } = panelWith();
  for (const label of ['Previous token', 'Next token', 'Close']) press(`[aria-label="${label}"]`);
  equal(pressed, [['open', 2], ['open', 4], ['close']]);
});

test('the first token of a text has no numbers', () => {
  const { panel } = panelWith({ token: { i: 1, t: 'The', by: 'prompt' }, i: 0 });
  equal(texts(panel, '.choice, dt'), []);
  ok(panel.textContent?.includes('nothing stands before it'), panel.textContent ?? '');
});

test('where a token was copied from is shown in its surroundings', () => {
  const span = { start: 2, end: 6, part: 'val', character: 1233, before: 'the ', text: 'rain had', after: ' stopped' };
  const { panel } = panelWith({ spans: [span] });
  equal(texts(panel, '.panel-place.val h4'), ['Source']);
  equal(texts(panel, '.panel-place blockquote, .panel-place mark'), ['the rain had stopped', 'rain had']);
  equal(texts(panel, '.panel-place .panel-rest'), ['4 tokens in a row stand in the validation text, from character 1,234 on:']);
});

test('text from a model is never markup', () => {
  const { panel } = panelWith({ token: token(7, '<b>x</b>', { a: [[4, '<i>y</i>', 0.5]] }) });
  equal(panel.querySelectorAll('b, li i i, .choice-text i').length, 0);
  equal(texts(panel, '.choice-text'), ['<i>y</i>', '<b>x</b>']);
});

const ROWS = [
  { stage: 'Model', kept: 100, cut: 0, mass: 0, entropy: 3.5, rescued: false },
  { stage: 'Top-k 5', kept: 5, cut: 95, mass: 0.25, entropy: 2, rescued: true },
];

test('what the stages did comes under the alternatives and before the places', async () => {
  const { panel } = panelWith({
    spans: [{ start: 2, end: 6, part: 'train', character: 0, before: '', text: '', after: '' }],
  });
  await drawStages(panel, async () => ({ rows: ROWS }));
  equal(texts(panel, '.panel-stages tbody tr'), ['Model100–3.50', 'Top-k 5525.0 %2.00']);
  equal(
    [...panel.children].slice(-2).map(({ className }) => className),
    ['panel-stages', 'panel-place train'],
  );
  ok(panel.querySelector('tbody tr:last-child th[title^="It would have left nothing"]'), 'a rescue is not told');
});

test('for a token that is only passed by, the server is not asked', async () => {
  const { panel } = panelWith();
  let asked = 0;
  const done = drawStages(panel, async () => {
    asked++;
    return { rows: ROWS };
  });
  drawHint(panel, true);
  await done;
  equal(asked, 0);
});

test('an answer for a token that is not shown any more, or a refusal, is left out', async () => {
  const { panel } = panelWith();
  /** @type {(answer: { rows: typeof ROWS }) => void} */
  let answer = () => {};
  let asked = false;
  const done = drawStages(panel, () => {
    asked = true;
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  await until(() => asked, 'the server was not asked');
  drawHint(panel, true);
  answer({ rows: ROWS });
  await done;
  await drawStages(panel, async () => ({ error: 'The run is gone.' }));
  equal(texts(panel, 'table'), []);
});
