// A widget on an empty page, with a value from the test instead of a server.

import { parts } from '/widgets/lib/dom.js';

/**
 * @typedef {object} Mounted
 * @property {HTMLElement} element
 * @property {{ value: string | null }} props
 * @property {[string, unknown][]} events  what the widget raised, in order: name and data
 * @property {[string, any][]} questions  what the widget asked the server, in order: function and query
 * @property {(value: unknown) => void} update  sets the value as an update from the server does
 */

/**
 * Mount the widget `name` from its own template and style.
 * @param {string} name  the widget's folder
 * @param {object} [settings]
 * @param {unknown} [settings.value]  a string as it is, anything else as JSON
 * @param {Record<string, unknown>} [settings.constants]
 * @param {Record<string, (query: any) => object | undefined>} [settings.server]
 * @param {boolean} [settings.beside]  keep what is on the page already
 * @param {HTMLElement} [settings.into]  put it there, at the start, and keep what is on the page already
 * @returns {Promise<Mounted>}
 */
export async function mountWidget(name, { value = null, constants = {}, server = {}, beside = false, into } = {}) {
  const template = await (await fetch(`/widgets/${name}/${name}.html`)).text();
  const element = document.createElement('div');
  element.innerHTML = template; // the template is ours, and static
  element.className = `pg-${name}`;
  if (!beside && !into) document.body.replaceChildren();
  if (into) into.prepend(element);
  else document.body.append(element);
  const asText = (/** @type {unknown} */ given) =>
    given === null || typeof given === 'string' ? given : JSON.stringify(given);
  const props = { value: asText(value) };
  /** @type {(() => void)[]} */
  const watchers = [];
  /** @type {[string, unknown][]} */
  const events = [];
  /** @type {[string, any][]} */
  const questions = [];
  const asked = Object.fromEntries(
    Object.entries(server).map(([key, answer]) => [
      key,
      async (/** @type {object} */ query) => {
        questions.push([key, query]);
        return answer(query);
      },
    ]),
  );
  const { mount } = await import(`/widgets/${name}/${name}.js`);
  mount({
    element,
    props,
    server: asked,
    watch: (/** @type {string} */ _, /** @type {() => void} */ changed) => watchers.push(changed),
    trigger: (/** @type {string} */ event, /** @type {unknown} */ data) => events.push([event, data]),
    constants,
  });
  return {
    element,
    props,
    events,
    questions,
    update(next) {
      props.value = asText(next);
      for (const changed of watchers) changed();
    },
  };
}

/** The texts of all nodes that match. @param {ParentNode} root @param {string} selector */
export const texts = (root, selector) => parts(root, selector).map((found) => found.textContent);
