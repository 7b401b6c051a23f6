// All heads as small pictures: how much each looked at every place, and in words what it does where a score is clear.

import { bytesOfBase64, node, parts, setText, svgNode } from '../lib/dom.js';
import { headLabel } from './words.js';

/** @typedef {import('./words.js').Look} Look */
/** @typedef {import('./words.js').Whose} Whose */

/**
 * Draw them into `root`; a press chooses a head, or a layer.
 * @param {HTMLElement} root
 * @param {Look} look
 * @param {(whose: Whose) => void} choose
 */
export function drawHeads(root, look, choose) {
  const bytes = bytesOfBase64(look.thumbs);
  root.replaceChildren(...Array.from({ length: look.layers }, (_, layer) =>
    node('div', { class: 'in-layer', role: 'group', 'aria-label': `Layer ${layer}` },
      node('button', { type: 'button', class: 'in-mean', 'data-layer': layer, text: `Layer ${layer}`, title: 'The mean over this layer’s heads', onclick: () => choose({ layer, head: null }) }),
      node('div', { class: 'in-row' }, ...Array.from({ length: look.heads }, (_, head) => {
        const from = (layer * look.heads + head) * look.columns;
        return thumb(bytes.subarray(from, from + look.columns), { layer, head }, look, choose);
      })))));
}

/** @param {Uint8Array} bytes @param {{ layer: number, head: number }} whose @param {Look} look @param {(whose: Whose) => void} choose */
function thumb(bytes, { layer, head }, look, choose) {
  const svg = svgNode('svg', { viewBox: `0 0 ${bytes.length} 255`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  svgNode('path', { d: barsPath(bytes) }, svg);
  return node('button', {
    type: 'button', class: 'in-head', 'data-layer': layer, 'data-head': head, 'aria-label': headLabel(look, layer, head, ''),
    onclick: () => choose({ layer, head }),
  }, svg, node('span', { class: 'in-number', text: `Head ${head}` }), node('span', { class: 'in-does' }));
}

/** Bars from the bottom, one for each byte. @param {Uint8Array} bytes */
export const barsPath = (bytes) => Array.from(bytes, (byte, x) => (byte ? `M${x} 255V${255 - byte}h1V255` : '')).join('');

/** Write what the heads do under their pictures. @param {HTMLElement} root @param {Look} look @param {string[][]} names */
export function nameHeads(root, look, names) {
  for (const button of parts(root, '.in-head')) {
    const [layer, head] = [Number(button.dataset.layer), Number(button.dataset.head)];
    const name = names[layer]?.[head] ?? '';
    setText(/** @type {Node} */ (button.lastChild), name);
    button.setAttribute('aria-label', headLabel(look, layer, head, name));
    button.title = name;
  }
}

/** Mark whose attention is shown. @param {HTMLElement} root @param {Whose} whose */
export function markHead(root, { layer, head }) {
  for (const button of parts(root, 'button')) {
    const isMine = String(layer) === button.dataset.layer && (head === null ? button.dataset.head === undefined : String(head) === button.dataset.head);
    button.setAttribute('aria-pressed', String(isMine));
  }
}
