// The widget: the texts that a beam search found, and its tree from left to right. A box is a token of a beam that was
// kept; a mark says what became of it.

import { bringIntoView, standBeside } from '../desk/beside_prompt.js';
import { node, part, parts, setAttributes, setText, svgNode } from '../lib/dom.js';
import { signed } from '../lib/format.js';
import { parse } from '../lib/host.js';
import { probabilityShade } from '../lib/shades.js';
import { briefNote, takeOut } from '../saving/take_out.js';
import { isTreeKey, nextNode, pathTo, rowsOf, sentence, shortName } from './tree_layout.js';

/** @typedef {import('./tree_layout.js').TreeNode} TreeNode */

/**
 * A text that was found: its beam's score, and the node of its last token.
 * @typedef {{ text: string, score: number, node: number }} Text
 */

/**
 * What a search found.
 * @typedef {object} Found
 * @property {string} prompt
 * @property {TreeNode[]} nodes  parents before their children
 * @property {Text[]} texts  the best one first
 * @property {import('../saving/take_out.js').Forms} receipt  that of the best text
 */

/** The widget's value. @typedef {Partial<Found> & { busy?: boolean, error?: string }} Value */

const COLUMN = 104;
const ROW = 30;
const BOX = 84;
/** The circle before the first tokens. */
const ROOT = { x: 6, y: ROW / 2 + 1 };
const MARKS = { finished: '■', outscored: '□', died: '×', 'left over': '…', 'goes on': '' };
const HINT = 'Point at a box to see why, or walk the tree by arrow keys.';

/** @param {import('../lib/host.js').Host} host */
export function mount(host) {
  const widget = new BeamTree(host);
  host.watch('value', () => widget.update());
  widget.update();
}

class BeamTree {
  #host;
  /** @type {Found | null} */
  #found = null;
  /** @type {number[]} */
  #rows = [];
  /** The nodes of the chosen text. @type {Set<number>} */
  #path = new Set();
  /** One for each node; the one that the Tab key stops at has tabindex 0. @type {SVGElement[]} */
  #boxes = [];
  /** One for each node, to its parent. @type {SVGElement[]} */
  #edges = [];

  /** @param {import('../lib/host.js').Host} host */
  constructor(host) {
    this.#host = host;
    const { element } = host;
    this.svg = part(element, 'svg', SVGSVGElement);
    this.note = briefNote(part(element, '.receipt-note'));
    this.button = part(element, '.beams-search', HTMLButtonElement);
    const actions = part(element, '.desk-actions');
    this.button.addEventListener('click', () => {
      this.#showSearching(true);
      bringIntoView(actions);
      host.trigger('search');
    });
    standBeside(element, actions);
    for (const button of parts(element, '[data-copy]')) {
      const action = /** @type {import('../saving/take_out.js').Action} */ (button.dataset.copy);
      button.addEventListener('click', () => this.#takeOut(action));
    }
  }

  /** Take in the widget's value. */
  update() {
    /** @type {Value | null} */
    const value = parse(this.#host.props.value);
    setText(this.#part('.desk-error'), value?.error ?? '');
    this.#showSearching(!!value?.busy);
    if (value?.texts) this.#found = /** @type {Found} */ (value);
    this.#part('.beams-found').hidden = !this.#found;
    if (!this.#found) return;
    this.#drawTexts(this.#found);
    this.#drawTree(this.#found.nodes);
    this.#choose(0);
  }

  /** @param {string} selector */
  #part(selector) {
    return part(this.#host.element, selector);
  }

  /** @param {boolean} busy */
  #showSearching(busy) {
    setText(this.#part('.beams-status'), busy ? 'Searching …' : '');
    this.button.disabled = busy;
  }

  /** @param {import('../saving/take_out.js').Action} action */
  #takeOut(action) {
    const receipt = this.#found?.receipt;
    if (!receipt) return;
    const { run, step } = parse(receipt.json);
    takeOut(action, receipt, `${run}-${step}-beams`, this.note);
  }

  /** @param {Found} found */
  #drawTexts({ texts, prompt }) {
    const rows = texts.map(({ text, score }, k) => {
      const says = [
        node('span', { class: 'beam-score', text: signed(score, 3) }),
        node('span', { class: 'beam-text written' }, node('b', { text: prompt }), text),
      ];
      return node(
        'li',
        {},
        node('button', { type: 'button', class: 'beam-pick', onclick: () => this.#choose(k) }, ...says),
      );
    });
    this.#part('.beams-texts').replaceChildren(...rows);
  }

  /** @param {TreeNode[]} nodes */
  #drawTree(nodes) {
    this.#rows = rowsOf(nodes);
    const [width, height] = [
      (Math.max(...nodes.map((each) => each.depth)) + 1) * COLUMN,
      (Math.max(...this.#rows) + 1) * ROW + 8,
    ];
    setAttributes(this.svg, {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'tree',
      'aria-label': `${nodes.length} tokens of beginnings that were kept`,
    });
    this.svg.replaceChildren();
    const places = nodes.map(({ depth }, number) => ({
      x: (depth - 1) * COLUMN + 24,
      y: this.#rows[number] * ROW + 16,
    }));
    this.#edges = nodes.map(({ parent }, number) => {
      const { x, y } = places[number];
      const from = parent === null ? ROOT : { x: places[parent].x + BOX, y: places[parent].y };
      const middle = (from.x + x) / 2;
      const d = `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${y} ${x} ${y}`;
      return svgNode('path', { class: 'edge', d }, this.svg);
    });
    svgNode('circle', { class: 'root', cx: ROOT.x, cy: ROOT.y, r: 4 }, this.svg);
    this.#boxes = nodes.map((each, number) => this.#drawBox(each, number, places[number]));
  }

  /** @param {TreeNode} each @param {number} number @param {{ x: number, y: number }} place */
  #drawBox(each, number, { x, y }) {
    const says = sentence(each);
    const name = `beam ${each.fate.replace(' ', '-')}`;
    const box = svgNode(
      'g',
      { class: name, role: 'treeitem', 'aria-level': each.depth, 'aria-label': says, tabindex: -1 },
      this.svg,
    );
    const style = `fill: ${probabilityShade(each.p)}`;
    svgNode('rect', { x, y: y - 11, width: BOX, height: 22, rx: 4, style }, box);
    svgNode('text', { x: x + 6, y: y + 4, text: shortName(each) }, box);
    svgNode('text', { class: 'mark', x: x + BOX - 5, y: y + 4, 'text-anchor': 'end', text: MARKS[each.fate] }, box);
    svgNode('title', { text: says }, box);
    const explain = () => setText(this.#part('.beams-why'), says);
    box.addEventListener('pointermove', explain); // not pointerenter: scrolling moves boxes under a resting pointer
    box.addEventListener('focus', () => {
      for (const other of this.#boxes) other.setAttribute('tabindex', other === box ? '0' : '-1');
      explain();
    });
    box.addEventListener('keydown', (event) => this.#walk(event, number));
    return box;
  }

  /** @param {KeyboardEvent} event @param {number} number */
  #walk(event, number) {
    if (!this.#found || event.ctrlKey || event.altKey || event.metaKey || !isTreeKey(event.key)) return;
    event.preventDefault();
    const next = nextNode(event.key, number, { nodes: this.#found.nodes, rows: this.#rows, path: this.#path });
    const box = next === undefined ? undefined : this.#boxes[next];
    box?.focus({ preventScroll: true });
    box?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); // all of it: `focus` may leave a part out of view
  }

  /** Mark text `k` and its path through the tree, where the Tab key then stops. @param {number} k */
  #choose(k) {
    if (!this.#found) return;
    for (const [i, button] of parts(this.#host.element, '.beam-pick').entries()) {
      button.setAttribute('aria-pressed', String(i === k));
    }
    this.#path = pathTo(this.#found.nodes, this.#found.texts[k].node);
    const first = Math.min(...this.#path);
    for (const [number, box] of this.#boxes.entries()) {
      for (const marked of [box, this.#edges[number]]) marked.classList.toggle('way', this.#path.has(number));
      box.setAttribute('tabindex', number === first ? '0' : '-1');
    }
    setText(this.#part('.beams-why'), HINT);
  }
}
