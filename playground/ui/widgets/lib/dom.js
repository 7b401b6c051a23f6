// Building and changing nodes. Text from users goes through `textContent` only, never through `innerHTML`.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Attributes of a node; `text` sets its text, a function under `on…` listens to that event.
 * @typedef {Record<string, unknown>} Attributes
 */

/**
 * An HTML node with attributes, event listeners and children; an attribute of false, null or undefined is left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'text') made.textContent = String(value);
    else if (typeof value === 'function') made.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value != null) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/**
 * An SVG node, appended to `parent` where one is given.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {Element | null} [parent]
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svgNode(tag, attributes = {}, parent = null) {
  const made = document.createElementNS(SVG, tag);
  setAttributes(made, attributes);
  parent?.appendChild(made);
  return made;
}

/**
 * Set attributes of a node; `text` sets its text.
 * @param {Element} target
 * @param {Attributes} attributes
 */
export function setAttributes(target, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'text') target.textContent = String(value);
    else target.setAttribute(name, String(value));
  }
}

/**
 * Set a node's text only if it changed, so that the browser repaints nothing in vain.
 * @param {Node} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * The first node below `root` that matches `selector`; throws if there is none, since a template always has its parts.
 * @template {Element} [Kind=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} [kind]  checked where given: `HTMLInputElement` …
 * @returns {Kind}
 */
export function part(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!found || (kind && !(found instanceof kind))) throw new Error(`The template has no ${selector}.`);
  return /** @type {Kind} */ (found);
}

/**
 * All nodes below `root` that match `selector`.
 * @template {Element} [Kind=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} [_kind]  for the type of the result only
 * @returns {Kind[]}
 */
export function parts(root, selector, _kind) {
  return /** @type {Kind[]} */ ([...root.querySelectorAll(selector)]);
}

/**
 * Fill a table with headings and rows of texts.
 * @param {HTMLTableElement} table
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function fillTable(table, head, rows) {
  const line = (/** @type {'th' | 'td'} */ tag, /** @type {string[]} */ texts) =>
    node('tr', {}, ...texts.map((text) => node(tag, { text })));
  table.replaceChildren(node('thead', {}, line('th', head)), node('tbody', {}, ...rows.map((row) => line('td', row))));
}

/**
 * Call `draw` whenever the width of `target` changes.
 * @param {Element} target
 * @param {() => void} draw
 */
export function onResize(target, draw) {
  let width = 0;
  new ResizeObserver(() => {
    if (target.clientWidth && target.clientWidth !== width) {
      width = target.clientWidth;
      draw();
    }
  }).observe(target);
}

/**
 * Offer `content` as a file to save.
 * @param {string} name
 * @param {BlobPart} content
 * @param {string} type  the media type
 */
export function saveFile(name, content, type) {
  const href = URL.createObjectURL(new Blob([content], { type }));
  node('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/**
 * The bytes of a base64 text.
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOfBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
