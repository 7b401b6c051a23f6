// The address of what the page shows, in the clipboard.

import { setText } from '../lib/dom.js';
import { linkOf } from '../lib/place.js';

const COPIED_MS = 2000;

/**
 * Copy a link; where the browser does not allow that, put it into the address bar.
 * @param {string} [link]  by default that of the page, without what belongs to other tabs
 * @returns {Promise<boolean>}  whether it was copied
 */
export async function copyLink(link = linkOf(location.href)) {
  try {
    await navigator.clipboard.writeText(link);
    return true;
  } catch {
    history.replaceState(history.state, '', link);
    return false;
  }
}

/**
 * Let a button copy the link of the page, and say so for a moment.
 * @param {HTMLElement} button
 * @param {string} elsewhere  what it says where copying is not allowed
 */
export function offerLink(button, elsewhere) {
  const idle = button.textContent ?? '';
  button.addEventListener('click', async () => {
    setText(button, (await copyLink()) ? 'Copied' : elsewhere);
    setTimeout(() => setText(button, idle), COPIED_MS);
  });
}
