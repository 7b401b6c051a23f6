// What else could have stood in the place of a token, as a card of a saved text.

import { node } from '../lib/dom.js';
import { quoted, formatProbability, summary, tokenName } from '../lib/shades.js';
import { afterStages, choicesOf, restSentence } from '../token_strip/token_facts.js';

/** @param {import('../token_strip/token_log.js').ScoredToken} token @param {number} vocabSize */
export function cardOf(token, vocabSize) {
  const choices = choicesOf(token);
  const isStaged = choices.some(({ p, q }) => q != null && formatProbability(q) !== formatProbability(p));
  const rows = choices.map(({ name, p, q, here }) =>
    node('span', { class: here ? 'row here' : 'row', style: `--p: ${(100 * p).toFixed(1)}%` },
      node('span', { text: tokenName(name) }),
      node('span', { text: q == null || !isStaged ? formatProbability(p) : `${formatProbability(p)} → ${afterStages(q)}` })));
  return node('span', { class: 'card' },
    node('b', { text: quoted(token) }),
    node('small', { text: `${summary(token).slice(quoted(token).length + 1)}. Could stand here${isStaged ? ', before → after the stages' : ''}:` }),
    ...rows,
    node('small', { text: restSentence(choices, vocabSize) }));
}
