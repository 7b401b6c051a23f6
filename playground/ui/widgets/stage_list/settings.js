// The values of a setting: places on its slider, and texts of tokens. No DOM here.

/** @typedef {import('./stages.js').Field} Field */

const MAX_SLIDER_K = 200; // a slider with 50,257 places cannot be set by hand
const MIN_SLIDER_K = 2;
const LOG_PLACES = 200;

/**
 * The range of a slider; on a logarithmic scale its places are powers of ten.
 * @param {Field} field
 * @param {number} vocabSize
 */
export function sliderRange(field, vocabSize) {
  const { min = 0, max = 1, step = 0.01 } = field;
  const top = field.of_vocabulary ? Math.min(max, Math.max(MIN_SLIDER_K, vocabSize), MAX_SLIDER_K) : field.soft_max ?? max;
  if (field.scale !== 'log') return { min: field.soft_min ?? min, max: top, step };
  const [low, high] = [Math.log10(min || step), Math.log10(top)];
  return { min: low, max: high, step: (high - low) / LOG_PLACES };
}

/** The place of a value on its slider. @param {Field} field @param {number} value */
export const placeOf = (field, value) =>
  field.scale === 'log' ? Math.log10(Math.max(value, field.min || field.step || 0)) : value;

/** The value at a place of the slider. @param {Field} field @param {number} place */
export const valueAt = (field, place) => rounded(field, field.scale === 'log' ? 10 ** place : place);

/** A value as it is kept: a whole number, or six digits. @param {Field} field @param {number} value */
export const rounded = (field, value) => (field.kind === 'int' ? Math.round(value) : +value.toPrecision(6));

/** Whether a typed number is within the bounds. @param {Field} field @param {number} value */
export const isWithin = ({ min = 0, max = 1 }, value) => value >= min && value <= max;

/**
 * Tokens as they are typed: their words where these are known, quoted where they contain spaces, else `#` and the id.
 * @param {(number | [id: number, amount: number])[]} tokens  ids, or ids with the numbers that are added to their logits
 * @param {string[]} words  the word of each id; empty if only the server knows them
 */
export function tokensText(tokens, words) {
  const name = (/** @type {number} */ id) => {
    const word = words[id];
    if (word === undefined) return `#${id}`;
    return /[\s,"]/.test(word) ? `"${word}"` : word;
  };
  const one = (/** @type {number | [number, number]} */ token) => {
    if (typeof token === 'number') return name(token);
    const [id, amount] = token;
    return `${name(id)} ${amount < 0 ? '' : '+'}${amount}`;
  };
  return tokens.map(one).join(', ');
}
