// Saves a chart as it is drawn, as SVG or PNG.

import { saveFile } from '../lib/dom.js';
import { fileName } from './lines.js';
import { svgFile } from './svg_file.js';

/** @typedef {import('./svg_file.js').Drawing} Drawing */
/** @typedef {import('./svg_file.js').SvgFile} SvgFile */
/** @typedef {'svg' | 'png'} Format */

const SCALE = 2; // pixels of a PNG for each of the chart's

/** Save a chart under a name without its ending. @param {Drawing} drawing @param {Format} format @param {string} name */
export async function saveChart(drawing, format, name) {
  const file = svgFile(drawing);
  const content = format === 'svg' ? file.text : await pngOf(file);
  saveFile(`${fileName(name)}.${format}`, content, format === 'svg' ? 'image/svg+xml' : 'image/png');
}

/** An SVG file as a PNG. @param {SvgFile} file @returns {Promise<Blob>} */
export async function pngOf({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error('The picture is too large.'))), 'image/png');
  });
}
