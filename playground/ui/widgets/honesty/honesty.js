// Four pictures of how far a model can be trusted, computed when they come into view.

import { onResize, part, parts, setAttributes, setText, svgNode } from '../lib/dom.js';
import { onPlace, readPlace } from '../lib/place.js';
import { Plot } from '../lib/plot/plot.js';
import { isUsable } from '../lib/problem.js';
import { askUntilDone } from '../lib/unfinished.js';
import { whenSeen } from '../lib/when_seen.js';
import { COLOURS, PARTS, errorSentence, groupLines, spanOf, temperatureLines, temperatureSentence } from './parts.js';

/** @typedef {import('./parts.js').Honesty} Honesty */

const HEIGHT = 240;
const EDGE = { left: 44, right: 24, top: 8, bottom: 34 };

/** @param {import('../lib/host.js').Host} host */
export function mount({ element, server }) {
  const root = part(element, '.ho');
  const busy = part(root, '.ho-busy', HTMLProgressElement);
  const svg = part(root, '.ho-reliability', SVGSVGElement);
  /** @type {Honesty | null} */
  let shown = null;
  let wanted = '';

  const plot = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ xTitle) =>
    new Plot(part(root, `.ho-${name}`), { label, height: () => HEIGHT, yFormat: (value) => String(+value.toFixed(1)), xTitle });
  const temperature = plot('temperature', 'Loss by temperature', 'log₂ of the temperature');
  const frequency = plot('frequency', 'Loss by frequency of the token', 'occurrences, log₂ (1 + n)');
  const place = plot('place', 'Loss by number of tokens before', 'tokens before');

  function draw() {
    if (!shown) return;
    drawReliability(svg, shown);
    const temperatures = temperatureLines(shown);
    temperature.draw({ series: temperatures, xRange: spanOf(temperatures), pin: 0 });
    for (const [picture, by] of /** @type {[Plot, 'frequency' | 'place'][]} */ ([[frequency, 'frequency'], [place, 'place']])) {
      const series = groupLines(shown, by);
      picture.draw({ series, xRange: spanOf(series) });
    }
    const said = parts(root, '.ho-said');
    setText(said[0], errorSentence(shown));
    setText(said[1], temperatureSentence(shown));
  }

  const request = whenSeen(root, async (/** @type {string} */ key) => {
    if (wanted === key) return;
    wanted = key;
    const query = JSON.parse(key);
    if (!query.run) return;
    /** @type {import('../lib/host.js').Reply<Honesty> | null} */
    const answer = await askUntilDone(server.honesty, query, (progress) => {
      busy.hidden = false;
      busy.value = progress;
      return wanted === key;
    });
    if (wanted !== key || !answer) return;
    busy.hidden = true;
    const isAnswer = isUsable(answer, part(root, '.ho-problem'));
    part(root, '.ho-grid').hidden = !isAnswer;
    if (!isAnswer) return;
    shown = answer;
    draw();
  });

  const follow = () => {
    const { run, step } = readPlace();
    request(JSON.stringify({ run, step }));
  };
  onPlace(element, follow);
  onResize(root, draw);
  follow();
}

/** @param {SVGSVGElement} svg @param {Honesty} honesty */
function drawReliability(svg, honesty) {
  const width = Math.max(240, svg.clientWidth);
  const toX = (/** @type {number} */ p) => EDGE.left + p * (width - EDGE.left - EDGE.right);
  const toY = (/** @type {number} */ p) => HEIGHT - EDGE.bottom - p * (HEIGHT - EDGE.top - EDGE.bottom);
  svg.replaceChildren();
  setAttributes(svg, { viewBox: `0 0 ${width} ${HEIGHT}` });
  for (const p of [0, 0.25, 0.5, 0.75, 1]) {
    svgNode('line', { class: 'ho-line', x1: toX(0), x2: toX(1), y1: toY(p), y2: toY(p) }, svg);
    svgNode('text', { x: EDGE.left - 6, y: toY(p) + 4, 'text-anchor': 'end', text: `${100 * p} %` }, svg);
    svgNode('text', { x: toX(p), y: HEIGHT - 16, 'text-anchor': 'middle', text: `${100 * p} %` }, svg);
  }
  svgNode('text', { x: toX(1), y: HEIGHT - 2, 'text-anchor': 'end', text: 'probability it gave' }, svg);
  svgNode('line', { class: 'ho-diagonal', x1: toX(0), y1: toY(0), x2: toX(1), y2: toY(1) }, svg);
  for (const name of PARTS) {
    for (const { confidence, correct, low, high } of honesty[name].bins) {
      const style = `stroke:${COLOURS[name]};fill:${COLOURS[name]}`;
      svgNode('line', { class: 'ho-band', style, x1: toX(confidence), x2: toX(confidence), y1: toY(low), y2: toY(high) }, svg);
      svgNode('circle', { style, cx: toX(confidence), cy: toY(correct), r: 4 }, svg);
    }
  }
}
