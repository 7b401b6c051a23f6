// Parts of models as areas, and trainings on one logarithmic picture; the run's own numbers come when it is seen.

import { node, onResize, part, parts, setAttributes, setText, svgNode } from '../lib/dom.js';
import { bytes, percent, short, whole } from '../lib/format.js';
import { onPlace, readPlace } from '../lib/place.js';
import { isUsable } from '../lib/problem.js';
import { askUntilDone } from '../lib/unfinished.js';
import { whenSeen } from '../lib/when_seen.js';
import { amounts, divide, squareSides, totalOf } from './areas.js';
import { PENDING, conclusion, groups, placeOnScale, powerOfTen, powerTicks, powersAround } from './trainings.js';

/** @typedef {import('./areas.js').Size} Size */
/** @typedef {import('./areas.js').Measure} Measure */
/** @typedef {import('./trainings.js').Training} Training */
/** @typedef {{ size: Size, training: Training, operations_per_s: number }} RunCost */
/** @typedef {{ sizes: Size[], trainings: Training[], bytes_per_number: number, training_copies: number }} Pictures */

const GAP = 16;
const AREA_HEIGHT = 220;
const LABEL_PX = 7; // the width of a letter, about
const NAMES_PX = 104; // the column of names
const FIRST_SIZE = 'GPT-2 124M';

/** @param {import('../lib/host.js').Host<Pictures>} host */
export function mount({ element, server, constants }) {
  const view = new CostView(part(element, '.co'), constants);
  let wanted = '';
  const request = whenSeen(element, async (/** @type {string} */ key) => {
    if (wanted === key) return;
    wanted = key;
    const query = JSON.parse(key);
    if (!query.run) return view.show(null);
    /** @type {import('../lib/host.js').Reply<RunCost> | null} */
    const answer = await askUntilDone(server.cost, query, () => wanted === key);
    if (wanted === key && answer) view.show(isUsable(answer, part(element, '.co-problem')) ? answer : null);
  });
  const follow = () => {
    const { run, step } = readPlace();
    request(JSON.stringify({ run, step }));
  };
  onPlace(element, follow);
  follow();
}

class CostView {
  #root;
  #pictures;
  /** @type {RunCost | null} */ #run = null;
  #chosen = FIRST_SIZE;
  /** @type {Measure} */ #measure = 'parameters';
  #isPending = Boolean(readPlace().run);
  #group = `co-${Math.random().toString(36).slice(2)}`;

  /** @param {HTMLElement} root @param {Pictures} pictures */
  constructor(root, pictures) {
    this.#root = root;
    this.#pictures = pictures;
    for (const radio of parts(root, '.co-measures input', HTMLInputElement)) {
      radio.name = `${this.#group}-measure`;
      radio.addEventListener('change', () => {
        this.#measure = /** @type {Measure} */ (radio.value);
        this.#drawSizes();
      });
    }
    onResize(root, () => { this.#drawSizes(); this.#drawScale(); });
    this.#drawSizes();
    this.#drawScale();
  }

  /** Show a run among the others, or none. @param {RunCost | null} run */
  show(run) {
    this.#isPending = false;
    this.#run = run;
    this.#drawSizes();
    this.#drawScale();
  }

  #sizes() {
    return [...this.#pictures.sizes, ...(this.#run ? [{ ...this.#run.size, name: 'This run' }] : [])];
  }

  #amounts(/** @type {Size} */ size) {
    return amounts(size, this.#measure, this.#pictures.bytes_per_number);
  }

  #drawSizes() {
    const sizes = this.#sizes();
    const width = Math.max(260, part(this.#root, '.co-sizes').clientWidth);
    const gap = width < 600 ? 4 : GAP;
    const sides = squareSides(sizes.map((size) => totalOf(this.#amounts(size))), width - 2, gap, 240);
    const focused = this.#root.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement ? document.activeElement.value : '';
    part(this.#root, '.co-sizes').replaceChildren(...sizes.map((size, i) => node('label', {},
      node('input', {
        type: 'radio', name: `${this.#group}-size`, value: size.name, checked: size.name === this.#chosen,
        onchange: () => { this.#chosen = size.name; this.#drawOpen(); },
      }),
      node('span', {},
        node('i', { style: `width:${Math.max(1, sides[i]).toFixed(1)}px;height:${Math.max(1, sides[i]).toFixed(1)}px` }),
        node('b', { text: size.name.replace('GPT-2 ', '') }),
        node('small', { text: this.#shown(totalOf(this.#amounts(size))) })))));
    if (focused) for (const radio of parts(this.#root, '.co-sizes input', HTMLInputElement)) if (radio.value === focused) radio.focus();
    this.#drawOpen();
  }

  /** @param {number} value */
  #shown(value) {
    return this.#measure === 'bytes' ? bytes(value) : short(value);
  }

  #drawOpen() {
    const sizes = this.#sizes();
    const size = sizes.find(({ name }) => name === this.#chosen) ?? sizes[0];
    const found = this.#amounts(size);
    const total = totalOf(found);
    setText(part(this.#root, '.co-name'), `${size.name}: ${this.#measure === 'parameters' ? `${whole(total)} parameters` : `${this.#shown(total)}${this.#measure === 'bytes' ? ' of weights' : ' operations per token of training'}`}`);
    const svg = part(this.#root, '.co-areas', SVGSVGElement);
    const width = Math.max(240, svg.clientWidth);
    setAttributes(svg, { viewBox: `0 0 ${width} ${AREA_HEIGHT}`, 'aria-label': found.map(({ name, value }) => `${name} ${percent(value / total)}`).join(', ') });
    svg.replaceChildren();
    const rooms = divide(found.map(({ value }) => value), { x: 0, y: 0, width, height: AREA_HEIGHT });
    for (const [i, { name, value }] of found.entries()) drawArea(svg, rooms[i], name, `${this.#shown(value)}, ${percent(value / total)}`);
    setText(part(this.#root, '.co-said'), this.#sentence(size));
  }

  /** @param {Size} size */
  #sentence(size) {
    const { bytes_per_number, training_copies } = this.#pictures;
    const count = totalOf(amounts(size, 'parameters', 1));
    const memory = `In float32 the weights take ${bytes(bytes_per_number * count)}; training holds each of them ${training_copies} times, with its gradient and AdamW’s `
      + `two moments: ${bytes(bytes_per_number * training_copies * count)}.`;
    const head = size.parts.find(({ name }) => name === 'output head');
    const tied = head ? ` The output head has weights of its own, as in the book; OpenAI’s files use the token embedding for it, which leaves ${short(count - head.parameters)}.` : '';
    return memory + (size.name.startsWith('GPT-2') ? tied : '');
  }

  #drawScale() {
    const own = this.#run ? [{ ...this.#run.training, name: 'This run' }] : this.#isPending ? [PENDING] : [];
    const trainings = [...own, ...this.#pictures.trainings];
    const pace = this.#run?.operations_per_s ?? null;
    const all = groups(trainings, pace);
    const powers = powersAround(all);
    const left = (/** @type {number} */ share) => `left:${(100 * share).toFixed(2)}%`;
    const width = part(this.#root, '.co-scale').clientWidth;
    const lines = powerTicks(powers).map((power) => node('i', { class: 'co-line', style: left(placeOnScale(10 ** power, powers)) }));
    const axis = node('div', { class: 'co-row co-axis', 'aria-hidden': 'true' }, node('span'), node('div', { class: 'co-track' },
      ...powerTicks(powers).map((power) => node('span', { style: left(placeOnScale(10 ** power, powers)), text: powerOfTen(power) }))));
    part(this.#root, '.co-scale').replaceChildren(axis, ...all.map(({ title, rows }) => node('section', {}, node('h5', { text: title }),
      ...rows.map(({ name, value, text }) => {
        const at = placeOnScale(value, powers);
        const isInside = at > 0.5 && at * width > LABEL_PX * text.length + 24 + NAMES_PX;
        return node('div', { class: `co-row${name === 'This run' ? ' co-own' : ''}` }, node('span', { class: 'co-who', text: name }),
          node('div', { class: 'co-track' }, ...lines.map((line) => line.cloneNode()),
            ...(value > 0 ? [node('i', { class: 'co-bar-of', style: `width:${(100 * at).toFixed(2)}%` })] : []),
            node('b', { style: isInside ? `right:${(100 - 100 * at).toFixed(2)}%` : left(at), text })));
      }))));
    setText(part(this.#root, '.co-conclusion'), this.#run ? conclusion(trainings, pace) : '');
    part(this.#root, '.co-sources dl').replaceChildren(...all.flatMap(({ title, rows }) => [
      node('dt', { text: title }), ...rows.filter(({ source }) => source).map(({ name, source }) => node('dd', {}, node('b', { text: name }), `: ${source}.`)),
    ]));
  }
}

/** @param {SVGSVGElement} svg @param {import('./areas.js').Rectangle} room @param {string} name @param {string} amount */
function drawArea(svg, { x, y, width, height }, name, amount) {
  const area = svgNode('g', { class: 'co-area' }, svg);
  svgNode('rect', { x: x + 1, y: y + 1, width: Math.max(0.5, width - 2), height: Math.max(0.5, height - 2) }, area);
  svgNode('title', { text: `${name}: ${amount}` }, area);
  if (width > LABEL_PX * name.length + 12 && height > 22) svgNode('text', { x: x + 8, y: y + 18, text: name }, area);
  if (width > LABEL_PX * amount.length + 12 && height > 40) svgNode('text', { class: 'co-amount', x: x + 8, y: y + 35, text: amount }, area);
}
