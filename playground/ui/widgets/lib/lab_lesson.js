// A part of the laboratory that is closed until it is opened: by hand, or by an address whose state names it.

import { offerLink } from '../saving/copy_link.js';
import { part } from './dom.js';
import { parse } from './host.js';
import { readState, withLesson, writeState } from './lab_state.js';
import { getParameter } from './place.js';

/**
 * Keep the lesson `details`, whose name is its `data-lesson`, as the state says, and the state as the lesson is. Its
 * button `.lesson-link` copies the address, which opens it.
 * @param {Pick<import('./host.js').Host, 'props' | 'trigger'>} host
 * @param {HTMLDetailsElement} details
 * @returns {() => void}  shows the state; call it for each new value
 */
export function bindLesson(host, details) {
  const name = details.dataset.lesson ?? '';
  let isLinked = lastLesson(getParameter('lab')) === name; // the address leads to it, so it is scrolled to once

  details.addEventListener('toggle', () => {
    const state = readState(host.props);
    if (!state || state.lessons.includes(name) === details.open) return;
    writeState(host, { ...state, lessons: withLesson(state.lessons, name, details.open) });
  });
  offerLink(part(details, '.lesson-link'), 'The link is in the address bar');

  return () => {
    details.open = readState(host.props)?.lessons.includes(name) ?? false;
    if (!details.open || !isLinked) return;
    isLinked = false;
    details.scrollIntoView({ block: 'start' });
  };
}

/** The lesson that an address leads to: the last one that is open. @param {string | null} lab */
export function lastLesson(lab) {
  const lessons = parse(lab)?.lessons;
  return Array.isArray(lessons) ? lessons[lessons.length - 1] : undefined;
}
