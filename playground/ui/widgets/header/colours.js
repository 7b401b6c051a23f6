// Light or dark: what was chosen here wins over the system's setting and is remembered in this browser.

import { setText } from '../lib/dom.js';

const KEY = 'playground-theme';

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage may be switched off
  }
}

/** @param {boolean} dark */
function remember(dark) {
  try {
    localStorage.setItem(KEY, dark ? 'dark' : 'light');
  } catch {
    // not remembered, then
  }
}

/** Let a button switch between light and dark. @param {HTMLElement} button */
export function switchColours(button) {
  function show(/** @type {boolean} */ dark) {
    document.body.classList.toggle('dark', dark);
    document.documentElement.classList.toggle('dark', dark);
    setText(button, dark ? 'Light' : 'Dark');
    button.setAttribute('aria-label', dark ? 'Switch to light colours' : 'Switch to dark colours');
    button.setAttribute('aria-pressed', String(dark));
  }

  const asked = new URLSearchParams(location.search).get('__theme');
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  show((asked ?? remembered() ?? system) === 'dark');
  button.addEventListener('click', () => {
    const dark = !document.body.classList.contains('dark');
    show(dark);
    remember(dark);
  });
}
