// The exercise cards; predictions stay in the browser.

import { part } from '../lib/dom.js';
import { readState, withLesson, writeState } from '../lib/lab_state.js';
import { bindLesson } from '../lib/lab_lesson.js';
import { makeCard } from './cards.js';

/** @typedef {import('./predictions.js').Card} Card */

const DRAWS = 'lab-draws'; // the place that is a lesson itself

/** @param {import('../lib/host.js').Host<{ cards: Card[] }>} host */
export function mount(host) {
  const { element, props, server, watch, constants } = host;

  /** Set the panel, and scroll to the part of it that shows the answer. */
  function setPanel(/** @type {Card['set_ups'][number]} */ { state }, /** @type {string} */ place) {
    const now = readState(props);
    if (!now) return;
    const lessons = place === DRAWS ? withLesson(now.lessons, 'draws', true) : now.lessons;
    writeState(host, { ...now, ...structuredClone(state), lessons });
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    document.getElementById(place)?.scrollIntoView({ behavior: isCalm ? 'auto' : 'smooth', block: 'center' });
  }

  part(element, '.exercises').append(...constants.cards.map((card) =>
    makeCard(card, server.exercise, (setUp) => setPanel(setUp, card.place))));

  const showLesson = bindLesson(host, part(element, 'details.lesson', HTMLDetailsElement));
  watch('value', showLesson);
  showLesson();
}
