// The panel beside the text: one token opened, with what else could stand in its place.

import { node } from '../lib/dom.js';
import { whole } from '../lib/format.js';
import { formatProbability, tokenName } from '../lib/shades.js';
import { afterStages, choiceLabel, choicesOf, factRows, restSentence } from './token_facts.js';
import { isScored } from './token_log.js';

/** @typedef {import('./token_log.js').Token} Token */
/** @typedef {import('./token_log.js').ScoredToken} ScoredToken */
/** @typedef {import('./copied.js').Span} Span */

/**
 * A token to show: the `i`th of its text, with the `spans` it was copied in.
 * @typedef {object} Opened
 * @property {Token} token
 * @property {number} i
 * @property {number} vocabSize
 * @property {boolean} busy  while the text is written, no other token can be taken
 * @property {Span[]} spans
 * @property {HTMLElement} [inside]  what the model looked at, layer by layer
 */

/**
 * What the reader does in the panel.
 * @typedef {object} Actions
 * @property {(i: number) => void} open
 * @property {() => void} close
 * @property {(i: number, id: number) => void} take  put token `id` in place of token `i`
 */

/**
 * What one stage did; the first row is the model's own distribution.
 * @typedef {object} StageRow
 * @property {string} stage
 * @property {number} kept  tokens left
 * @property {number} cut  tokens removed
 * @property {number} mass  their probability
 * @property {number} entropy  of what is left, in bits
 * @property {boolean} rescued  whether the stage would have left nothing
 */

const NO_TEXT = 'A word that is pressed opens here: what else could have stood in its place, and how likely it was.';
const NOTHING_OPEN = 'Press a word to see what else could have stood there, and to take it.';
const FIRST_TOKEN = 'The first token of the prompt: nothing stands before it, so the model gave it no probability.';
const RESCUED = 'It would have left nothing, so the likeliest token was kept.';
/** How long a token is open before the server is asked about it. */
const PASSED_BY_MS = 120;

/** Say how to open a token. @param {HTMLElement} panel @param {boolean} hasText */
export function drawHint(panel, hasText) {
  panel.classList.remove('open');
  panel.replaceChildren(node('p', { class: 'panel-hint', text: hasText ? NOTHING_OPEN : NO_TEXT }));
}

/** Show a token. @param {HTMLElement} panel @param {Opened} opened @param {Actions} actions */
export function drawPanel(panel, opened, actions) {
  const { token } = opened;
  panel.classList.add('open');
  const scored = isScored(token)
    ? [facts(token, opened.vocabSize), opened.inside ?? '', choices(token, opened, actions)]
    : [node('p', { class: 'panel-hint', text: FIRST_TOKEN })];
  panel.replaceChildren(head(opened, actions), ...scored, ...sources(opened.spans));
}

/** @param {Opened} opened @param {Actions} actions */
function head({ token, i }, { open, close }) {
  const button = (/** @type {string} */ label, /** @type {string} */ text, /** @type {() => void} */ onclick) =>
    node('button', {
      type: 'button',
      class: label === 'Close' ? 'panel-step panel-close' : 'panel-step',
      'aria-label': label,
      text,
      onclick,
    });
  return node(
    'header',
    { class: 'panel-head' },
    node('h3', {}, node('span', { class: 'panel-token', text: tokenName(token.d ?? token.t) })),
    node('span', { class: 'panel-id', text: `token ${whole(i + 1)}, id ${token.i}` }),
    button('Previous token', '‹', () => open(i - 1)),
    button('Next token', '›', () => open(i + 1)),
    button('Close', '×', close),
  );
}

/** @param {ScoredToken} token @param {number} vocabSize */
function facts(token, vocabSize) {
  const rows = factRows(token, vocabSize);
  const cells = rows.flatMap(([name, value, title]) => [
    node('dt', { text: name, title }),
    node('dd', { text: value, title }),
  ]);
  return node('dl', { class: 'panel-facts' }, ...cells);
}

/**
 * The likeliest tokens, two bars each: before and after the stages.
 * @param {ScoredToken} token
 * @param {Opened} opened
 * @param {Actions} actions
 */
function choices(token, { i, vocabSize, busy }, { take }) {
  const listed = choicesOf(token);
  const rest = restSentence(listed, vocabSize);
  const titles = ['', 'model', token.q == null ? '' : 'drawn from'].map((text) => node('span', { text }));
  return node(
    'section',
    { class: 'panel-choices', 'aria-label': 'Alternatives' },
    node('h4', { text: 'Instead' }),
    node('div', { class: 'choice-head', 'aria-hidden': 'true' }, ...titles),
    node(
      'ol',
      {},
      ...listed.map((choice) =>
        node(
          'li',
          {},
          choiceButton(choice, busy, () => take(i, choice.id)),
        ),
      ),
    ),
    rest ? node('p', { class: 'panel-rest', text: rest }) : '',
  );
}

/** @param {import('./token_facts.js').Choice} choice @param {boolean} busy @param {() => void} take */
function choiceButton(choice, busy, take) {
  const { name, p, q, here } = choice;
  const bars = node('span', { class: 'choice-bars' }, node('i', { class: 'before', style: `width: ${100 * p}%` }));
  if (q != null) bars.append(node('i', { class: 'after', style: `width: ${100 * q}%` }));
  return node(
    'button',
    {
      type: 'button',
      class: here ? 'choice here' : 'choice',
      'aria-label': choiceLabel(choice),
      'aria-current': here,
      disabled: here || busy,
      title: here ? 'This is the token in the text.' : 'Take this one and go on from here.',
      onclick: here ? null : take,
    },
    node('span', { class: 'choice-text', text: tokenName(name) }),
    node('span', { class: 'choice-p', text: formatProbability(p) }),
    node('span', { class: 'choice-p', text: afterStages(q) }),
    bars,
  );
}

/** Where tokens around the open one stand in the run's text, under one heading. @param {Span[]} spans */
function sources(spans) {
  return spans.map((span, k) => place(span, k === 0));
}

/** @param {Span} span @param {boolean} isFirst */
function place({ start, end, part, before, text, after, character }, isFirst) {
  const where = `${end - start} tokens in a row stand in the ${part === 'val' ? 'validation' : 'training'} text, `;
  return node(
    'section',
    { class: `panel-place ${part}` },
    isFirst ? node('h4', { text: 'Source' }) : '',
    node('p', { class: 'panel-rest', text: `${where}from character ${whole(character + 1)} on:` }),
    node('blockquote', {}, before, node('mark', { text }), after),
  );
}

/**
 * Show, under the alternatives, what every stage did. `trace` asks the server, unless the panel shows another token by
 * then.
 * @param {HTMLElement} panel
 * @param {() => Promise<import('../lib/host.js').Reply<{ rows: StageRow[] }>>} trace
 */
export async function drawStages(panel, trace) {
  const host = node('section', { class: 'panel-stages', 'aria-label': 'What the stages did' });
  panel.insertBefore(host, panel.querySelector('.panel-place'));
  await new Promise((resolve) => setTimeout(resolve, PASSED_BY_MS));
  if (!host.isConnected) return;
  const answer = await trace();
  if (host.isConnected && answer.error === undefined) host.append(stageTable(answer.rows));
}

/** @param {StageRow[]} rows */
function stageTable(rows) {
  const titles = ['Stage', 'kept', 'cut', 'bits'].map((text) => node('th', { scope: 'col', text }));
  const lines = rows.map(({ stage, kept, cut, mass, entropy, rescued }) =>
    node(
      'tr',
      {},
      node('th', { scope: 'row', text: stage, title: rescued ? RESCUED : '' }),
      node('td', { text: whole(kept) }),
      node('td', { text: cut ? formatProbability(mass) : '–' }),
      node('td', { text: entropy.toFixed(2) }),
    ),
  );
  return node('table', {}, node('thead', {}, node('tr', {}, ...titles)), node('tbody', {}, ...lines));
}
