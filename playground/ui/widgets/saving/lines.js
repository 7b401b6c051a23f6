// Text for a picture: broken into lines, and without characters that a file cannot contain. No DOM here.

/**
 * Break a text into lines of at most `width`; a single word that is longer stands alone.
 * @param {string} text
 * @param {number} width
 * @param {(text: string) => number} measure  the width of a text
 */
export function linesOf(text, width, measure) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/**
 * Put things of some widths side by side in rows of at most `width`, with a gap between two.
 * @param {number[]} widths
 * @param {number} width
 * @param {number} gap
 * @returns {{ x: number, row: number }[]}  where each begins
 */
export function rowsOf(widths, width, gap) {
  let [x, row] = [0, 0];
  return widths.map((own) => {
    if (x > 0 && x + own > width) [x, row] = [0, row + 1];
    const place = { x, row };
    x += own + gap;
    return place;
  });
}

/** The text with U+FFFD for what XML has no way to write: control characters, and halves of a character. @param {string} text */
export const xmlText = (text) => text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD');

/** A part of a file's name: letters, digits, dots and dashes. @param {string} text */
export const fileName = (text) => text.replace(/[^\p{L}\p{N}.-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '') || 'chart';
