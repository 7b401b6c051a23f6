// Lessons and the form that makes one. Most visits need neither, so their code is loaded when it is needed.

import { getParameter, onPlace } from '../lib/place.js';
import { LESSON_EVENT } from './tour.js';

/** @typedef {{ lessons: import('./lesson_text.js').Lesson[] }} Constants */

/** @param {import('../lib/host.js').Host<Constants>} host */
export function mount(host) {
  const { element } = host;
  /** @type {Promise<import('./panel.js').Panel> | null} */
  let loading = null;

  const panel = () => {
    loading ??= import('./panel.js').then(({ Panel }) => new Panel(host));
    return loading;
  };
  const follow = async () => {
    if (loading || getParameter('lesson')) (await panel()).follow();
  };
  const asked = async (/** @type {Event} */ event) => {
    if (!element.isConnected) return removeEventListener(LESSON_EVENT, asked);
    const { detail } = /** @type {CustomEvent<string>} */ (event);
    if (detail === 'make') (await panel()).make();
    else (await panel()).tour();
  };

  addEventListener(LESSON_EVENT, asked);
  onPlace(element, follow);
  follow();
}
