// What the page's styles come to in light and in dark colours.

import { node } from '../lib/dom.js';

/**
 * Call `read` in light and in dark colours. The page keeps its own: nothing is painted in between.
 * @template Found
 * @param {() => Found} read
 * @returns {{ light: Found, dark: Found }}
 */
export function inBothSchemes(read) {
  const roots = [document.documentElement, document.body];
  const before = roots.map((root) => root.classList.contains('dark'));
  const still = node('style', { text: '*, ::before, ::after { transition: none !important }' });
  document.head.append(still);
  const within = (/** @type {boolean} */ isDark) => {
    for (const root of roots) root.classList.toggle('dark', isDark);
    return read();
  };
  try {
    return { light: within(false), dark: within(true) };
  } finally {
    for (const [i, root] of roots.entries()) root.classList.toggle('dark', before[i]);
    void document.body.offsetWidth; // styles are those of before again, so that removing `still` starts no transition
    still.remove();
  }
}
