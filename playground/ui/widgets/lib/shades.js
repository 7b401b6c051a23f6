// What the colour of a token can mean, and how a token is put into words.

const RANKS = [1, 2, 3, 5, 10, 20, 50, 100, 300, 1000];
const bits = (p) => Math.max(0, -Math.log2(Math.max(p, 1e-30)));

/** How each measure becomes one of ten steps, and what its legend says. */
const bitSteps = { ends: ['0 bits', '9 or more'], says: (k) => `${k} bits${k === 9 ? ' or more' : ''}` };
const MEASURES = {
  probability: { step: (t) => Math.round(9 * (1 - t.p)), ends: ['100 %', '0 %'], says: (k) => `about ${Math.round(100 - (100 * k) / 9)} %` },
  surprise: { step: (t) => Math.floor(bits(t.p)), ...bitSteps },
  rank: { step: (t) => RANKS.findLastIndex((first) => t.r >= first), ends: ['1st', '1,000th'], says: (k) => `from rank ${fmt.whole(RANKS[k])}` },
  entropy: { step: (t) => Math.floor(t.h), ...bitSteps },
};

/** The colour of a token under a measure. */
const shadeOf = (token, measure) => `var(--step-${Math.max(0, Math.min(9, MEASURES[measure].step(token)))})`;

/** A probability as people read it: 43.0 %, 4.3 %, 0.04 %. */
function percent(p) {
  if (p == null) return '–';
  const value = 100 * p;
  if (value > 99.95 && value < 100) return '> 99.9 %';
  if (value > 0 && value < 0.001) return '< 0.001 %';
  return `${value >= 0.1 ? value.toFixed(1) : +value.toPrecision(2)} %`;
}

/** A token by itself, its white space visible: bytes that are only part of a character as ⟨E2 82⟩. */
const nameOf = (text) =>
  text.split(/(⟨[\dA-F ]+⟩)/).map((part, i) => (i % 2 ? part.replace(/ /g, '\u2009') : visible(part))).join('');
const quoted = (token) => `“${nameOf(token.d ?? token.t ?? '')}”`;

/** One sentence about a token, for the eye on the pointer and for the screen reader. */
function summary(token) {
  if (token.p == null) return `${quoted(token)}, the first token: nothing stands before it`;
  return `${quoted(token)} ${percent(token.p)}, rank ${fmt.whole(token.r)}`;
}
