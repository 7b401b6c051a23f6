// One row for each stage, one column for each token, from top to bottom: what the stage cut (hatched), raised (dotted),
// lowered (hollow).

import { node } from '../lib/dom.js';
import { cellOf, columnNames, effectText, entropyText, fullHeight } from './stage_effects.js';

const MANY_COLUMNS = 10; // more do not fit with horizontal names

/**
 * Put an empty waterfall into `host`; the result draws a picture there.
 * @param {HTMLElement} host
 * @returns {(picture: import('./picture.js').Picture) => void}
 */
export function makeWaterfall(host) {
  const body = node('div', { class: 'falls', role: 'table', 'aria-label': 'What every stage does, one row a stage' });
  host.append(body);

  return (picture) => {
    const { steps } = picture;
    const names = columnNames(picture);
    const full = fullHeight(steps);
    const unit = picture.kind === 'toy' ? 'word' : 'token';
    body.style.setProperty('--columns', String(names.length));
    body.classList.toggle('many', names.length > MANY_COLUMNS);
    const lines = steps.map((step, i) => {
      const before = steps[i - 1] ?? step;
      const cells = step.p.map((p, column) => drawCell(before.p[column], p, step.cut[column], full));
      return drawLine(step, cells, effectText(step, unit));
    });
    body.replaceChildren(...lines, node('div', { class: 'fall words', 'aria-hidden': 'true' },
      node('span', { class: 'stage' }),
      node('span', { class: 'cells' }, ...names.map((text) => node('span', { class: 'name', text }))), node('span')));
  };
}

/**
 * @param {import('./picture.js').Step} step
 * @param {Node[]} cells
 * @param {string} effect
 */
function drawLine(step, cells, effect) {
  return node('div', { class: 'fall', role: 'row' },
    node('span', { class: 'stage', role: 'rowheader' },
      node('b', { text: step.label }), node('small', { text: step.setting })),
    node('span', { class: 'cells', role: 'cell', 'aria-label': effect }, ...cells),
    node('span', { class: 'says', role: 'cell' },
      node('span', { class: 'what', text: effect }), node('span', { class: 'bits', text: entropyText(step) })));
}

/**
 * @param {number} before
 * @param {number} after
 * @param {boolean} cut
 * @param {number} full
 */
function drawCell(before, after, cut, full) {
  const { kept, kind, change } = cellOf(before, after, cut, full);
  return node('span', { class: cut ? 'cell cross' : 'cell' },
    node('i', { class: 'kept', style: `height:${kept}%` }),
    node('i', { class: kind, style: `bottom:${kept}%;height:${change}%` }));
}
