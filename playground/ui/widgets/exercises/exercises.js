// The exercise cards; predictions stay in the browser.

import { part } from '../lib/dom.js';
import { readState, writeState } from '../lib/lab_state.js';
import { makeCard } from './cards.js';

/** @typedef {import('./predictions.js').Card} Card */

/** @param {import('../lib/host.js').Host<{ cards: Card[] }>} host */
export function mount(host) {
  const { element, props, server, constants } = host;

  /** Set the panel, and scroll to the part of it that shows the answer. */
  function setPanel(/** @type {Card['set_ups'][number]} */ { state }, /** @type {string} */ place) {
    const now = readState(props);
    if (now) writeState(host, { ...now, ...structuredClone(state) });
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    document.getElementById(place)?.scrollIntoView({ behavior: isCalm ? 'auto' : 'smooth', block: 'center' });
  }

  part(element, '.exercises').append(...constants.cards.map((card) =>
    makeCard(card, server.exercise, (setUp) => setPanel(setUp, card.place))));
}
