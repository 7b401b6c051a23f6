// The panel beside the text: one token opened, with what else could have stood in its place.

import { node } from '../lib/dom.js';
import { formatProbability, tokenName } from '../lib/shades.js';
import { choicesOf, factRows, restSentence } from '../token_strip/token_facts.js';
import { isScored } from '../token_strip/token_log.js';
import { placeOf } from './content.js';

/** @typedef {import('../token_strip/token_log.js').Token} Token */

const HINT = 'Press a word to see what else could have stood there, and how likely it was.';
const FIRST_TOKEN = 'The first token: nothing stands before it, so the model gave it no probability.';

/** Say how to open a token. @param {HTMLElement} panel */
export function drawHint(panel) {
  panel.classList.remove('open');
  panel.replaceChildren(node('p', { class: 'panel-hint', text: HINT }));
}

/**
 * Show token `i` of a text.
 * @param {HTMLElement} panel
 * @param {Token} token
 * @param {number} i
 * @param {{ vocabSize: number, open: (i: number) => void, close: () => void }} settings
 */
export function drawToken(panel, token, i, { vocabSize, open, close }) {
  const button = (/** @type {string} */ label, /** @type {string} */ text, /** @type {() => void} */ onclick) =>
    node('button', { type: 'button', class: 'panel-step', 'aria-label': label, text, onclick });
  const head = node('header', { class: 'panel-head' },
    node('h3', {}, node('span', { class: 'panel-token', text: tokenName(token.d ?? token.t) })),
    node('span', { class: 'panel-id', text: placeOf(i, token.i) }),
    button('Previous token', '‹', () => open(i - 1)),
    button('Next token', '›', () => open(i + 1)),
    button('Close', '×', close));
  panel.classList.add('open');
  const body = isScored(token) ? scored(token, vocabSize) : [node('p', { class: 'panel-hint', text: FIRST_TOKEN })];
  panel.replaceChildren(head, ...body);
}

/** @param {import('../token_strip/token_log.js').ScoredToken} token @param {number} vocabSize */
function scored(token, vocabSize) {
  const choices = choicesOf(token);
  const facts = factRows(token, vocabSize).flatMap(([name, value]) => [node('dt', { text: name }), node('dd', { text: value })]);
  const rows = choices.map(({ name, p, here }) =>
    node('li', { class: here ? 'choice here' : 'choice', 'aria-current': here },
      node('span', { class: 'choice-text', text: tokenName(name) }),
      node('span', { class: 'choice-p', text: formatProbability(p) }),
      node('span', { class: 'choice-bars', 'aria-hidden': 'true' }, node('i', { class: 'after', style: `width: ${100 * p}%` }))));
  return [
    node('section', { class: 'panel-choices', 'aria-label': 'Alternatives' },
      node('div', { class: 'choice-head', 'aria-hidden': 'true' }, node('span', { text: 'Could stand here' }), node('span', { text: 'probability' })),
      node('ol', {}, ...rows),
      node('p', { class: 'panel-rest', text: restSentence(choices, vocabSize) })),
    node('dl', { class: 'panel-facts' }, ...facts),
  ];
}
