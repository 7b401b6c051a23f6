// Rectangles whose areas are proportional to numbers. No DOM here.

/** @typedef {{ name: string, parameters: number, operations: number }} Part */
/** @typedef {{ name: string, parts: Part[] }} Size */
/** @typedef {'parameters' | 'bytes' | 'operations'} Measure */
/** @typedef {{ x: number, y: number, width: number, height: number }} Rectangle */

/**
 * How much of a measure each part has, those without any left out.
 * @param {Size} size
 * @param {Measure} measure
 * @param {number} bytesPerNumber
 */
export function amounts({ parts }, measure, bytesPerNumber) {
  return parts
    .map((part) => ({
      name: part.name,
      value: measure === 'operations' ? part.operations : part.parameters * (measure === 'bytes' ? bytesPerNumber : 1),
    }))
    .filter(({ value }) => value > 0);
}

/** The sum of a measure over all parts. @param {{ value: number }[]} parts */
export const totalOf = (parts) => parts.reduce((sum, { value }) => sum + value, 0);

/**
 * Fill a rectangle with one rectangle for each value, the largest first, always across the longer side.
 * @param {number[]} values  positive
 * @param {Rectangle} room
 * @returns {Rectangle[]}  in the order of the values
 */
export function divide(values, room) {
  const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
  /** @type {Rectangle[]} */
  const found = [];
  let left = values.reduce((sum, value) => sum + value, 0);
  let { x, y, width, height } = room;
  for (const i of order) {
    const share = left > 0 ? Math.min(1, values[i] / left) : 0;
    if (width >= height) {
      found[i] = { x, y, width: width * share, height };
      x += width * share;
      width -= width * share;
    } else {
      found[i] = { x, y, width, height: height * share };
      y += height * share;
      height -= height * share;
    }
    left -= values[i];
  }
  return found;
}

/**
 * The sides of squares with areas in proportion to values, so that together with the gaps they are as wide as the room.
 * @param {number[]} values
 * @param {number} width
 * @param {number} gap
 * @param {number} most  of one side
 */
export function squareSides(values, width, gap, most) {
  const roots = values.map(Math.sqrt);
  const sum = roots.reduce((total, root) => total + root, 0);
  const unit = Math.min((width - gap * (values.length - 1)) / sum, most / Math.max(...roots));
  return roots.map((root) => root * unit);
}
