// The picture of tokens × steps: one column for each token, one row for each step, on a canvas.

const ROW_PX = 8;

/**
 * Draw the colour steps of a passage; the newest step is at the bottom.
 * @param {HTMLCanvasElement} canvas
 * @param {number[][]} shades  rows of 0 to 9
 * @param {{ row: number, column: number }} marked  what is outlined; -1 for none
 */
export function drawHeat(canvas, shades, { row, column }) {
  const width = canvas.clientWidth;
  const context = canvas.getContext('2d');
  const columns = shades[0]?.length ?? 0;
  if (!context || !width || !columns) return;
  const rowPx = rowHeight(shades.length);
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(shades.length * rowPx * scale);
  canvas.style.height = `${shades.length * rowPx}px`;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colours = Array.from({ length: 10 }, (_, i) => style.getPropertyValue(`--step-${i}`));
  const columnPx = width / columns;
  for (const [y, line] of shades.entries()) {
    for (const [x, shade] of line.entries()) {
      context.fillStyle = colours[shade];
      context.fillRect(x * columnPx, y * rowPx, columnPx + 0.5, rowPx);
    }
  }
  context.strokeStyle = style.getPropertyValue('--pg-accent');
  context.lineWidth = 2;
  if (row >= 0) context.strokeRect(1, row * rowPx + 1, width - 2, rowPx - 2);
  if (column >= 0) context.strokeRect(column * columnPx, 1, Math.max(2, columnPx), shades.length * rowPx - 2);
}

/** Few steps get higher rows. @param {number} steps */
export const rowHeight = (steps) => Math.max(ROW_PX, Math.min(24, Math.round(160 / steps)));

/**
 * The row and column under a pointer.
 * @param {{ offsetX: number, offsetY: number }} point
 * @param {{ width: number, rows: number, columns: number }} picture
 */
export function cellAt({ offsetX, offsetY }, { width, rows, columns }) {
  const within = (/** @type {number} */ value, /** @type {number} */ count) => Math.max(0, Math.min(count - 1, Math.floor(value)));
  return { row: within(offsetY / rowHeight(rows), rows), column: within((columns * offsetX) / width, columns) };
}
