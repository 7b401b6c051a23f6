// Numbers and tokens as people read them. No DOM here.

/** @typedef {number | null | undefined} Maybe  a number that may be missing, or not finite */

const MISSING = '–';

/** @param {Maybe} value @returns {value is number} */
export const isNumber = (value) => value != null && Number.isFinite(value);

/** 1234567 → 1,234,567 @param {Maybe} value */
export const whole = (value) => (isNumber(value) ? Math.round(value).toLocaleString('en-US') : MISSING);

/** 1234567 → 1.23 M @param {Maybe} value */
export function short(value) {
  if (!isNumber(value)) return MISSING;
  const size = Math.abs(value);
  if (size >= 1e9) return `${+(value / 1e9).toPrecision(3)} B`;
  if (size >= 1e6) return `${+(value / 1e6).toPrecision(3)} M`;
  if (size >= 1e4) return `${+(value / 1e3).toPrecision(3)} k`;
  return size < 10 ? String(+value.toPrecision(2)) : whole(value);
}

/** 1234567 → about 1.23 M @param {Maybe} value */
export const about = (value) => `about ${short(value)}`;

/** 3.14159 → 3.142 @param {Maybe} value */
export const loss = (value) => (isNumber(value) ? value.toFixed(3) : MISSING);

/** 0.0004 → 4e-4 where that is shorter @param {Maybe} value */
export function rate(value) {
  if (!isNumber(value)) return MISSING;
  if (value === 0) return '0';
  const plain = String(+value.toPrecision(3));
  return value >= 0.01 && plain.length <= 6 ? plain : value.toExponential(2).replace(/\.?0+e/, 'e');
}

/** 95 → 1 min 35 s @param {Maybe} seconds */
export function time(seconds) {
  if (!isNumber(seconds)) return MISSING;
  if (seconds < 0.1) return `${+(1000 * seconds).toPrecision(2)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600) return `${Math.floor(rounded / 60)} min ${two(rounded % 60)} s`;
  if (rounded < 86400) return `${Math.floor(rounded / 3600)} h ${two(Math.floor((rounded % 3600) / 60))} min`;
  return `${(rounded / 86400).toFixed(1)} days`;
}

/** 123456789 → 123 MB @param {Maybe} value */
export function bytes(value) {
  if (!isNumber(value)) return MISSING;
  /** @type {[string, number][]} */
  const units = [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]];
  for (const [unit, size] of units) if (value >= size) return `${(value / size).toPrecision(3)} ${unit}`;
  return `${value} B`;
}

/** 3 → 3 batches @param {number} value */
export const batches = (value) => `${whole(value)} ${value === 1 ? 'batch' : 'batches'}`;

/** 0.1234 → 12.3 % @param {Maybe} share */
export const percent = (share) => (isNumber(share) ? `${(100 * share).toFixed(1)} %` : MISSING);

/** Perplexity, e to the loss: 2.3 → 10.0 @param {Maybe} meanLoss */
export function perplexity(meanLoss) {
  if (!isNumber(meanLoss)) return MISSING;
  const value = Math.exp(meanLoss);
  return value < 100 ? value.toFixed(1) : short(value);
}

/** A number of epochs, whole where it nearly is: 2 → 2, 2.5 → 2.50, 12.5 → 12.5 @param {number} value */
export const epochs = (value) =>
  Math.abs(value - Math.round(value)) < 0.005 ? String(Math.round(value)) : value.toFixed(value < 10 ? 2 : 1);

/** A number with some decimals and a real minus sign: -1.5, 2 → −1.50 @param {number} value @param {number} digits */
export const signed = (value, digits) => value.toFixed(digits).replace('-', '−');

/** The formats that Python can name in a value (`Facts`). */
export const FORMATS = { whole, about, short, loss, rate, time, bytes, batches, percent };

/** A probability in percent with two decimals; below 0.005 %, "<0.01 %"; exactly 0, "0". @param {number} p */
export const share = (p) => (p === 0 ? '0' : p < 5e-5 ? '<0.01 %' : `${(100 * p).toFixed(2)} %`);

/** Five significant digits as the chapter prints them: 5.7212e-01. @param {number} p */
export const scientific = (p) => (p === 0 ? '0' : p.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2'));

/** An effective number of choices: 2.49, or 42,694 above a thousand. @param {number} count */
export const choices = (count) => (count < 1000 ? count.toFixed(2) : whole(count));

/** "1 word", "2 words". @param {number} count @param {string} word */
export const plural = (count, word) => `${whole(count)} ${word}${count === 1 ? '' : 's'}`;

/** Spaces, line breaks and other characters without a shape made visible, for tokens. @param {string} text */
export const visible = (text) =>
  text.replace(/\n/g, '↵').replace(/\t/g, '⇥').replace(/ /g, '·')
    .replace(/[\p{Cc}\p{Cf}\p{Z}]/gu, (sign) => `⟨${/** @type {number} */ (sign.codePointAt(0)).toString(16).toUpperCase()}⟩`);
