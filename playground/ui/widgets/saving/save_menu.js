// A menu of what can be saved: a `details` element with buttons, which closes when one was pressed, with Escape, and when
// something else is pressed. Its style is save_menu.css.

import { part, parts } from '../lib/dom.js';

/** @param {HTMLDetailsElement} menu  holds a `summary` and buttons */
export function listenToMenu(menu) {
  const close = () => {
    menu.open = false;
  };
  for (const button of parts(menu, 'button')) button.addEventListener('click', close);
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    event.stopPropagation();
    close();
    part(menu, 'summary').focus();
  });
  const pressedElsewhere = (/** @type {Event} */ event) => {
    if (!menu.isConnected) document.removeEventListener('pointerdown', pressedElsewhere);
    else if (event.target instanceof Node && !menu.contains(event.target)) close();
  };
  document.addEventListener('pointerdown', pressedElsewhere);
}
