// The drawer with the settings of a new run: any widget may ask for it to be opened or closed.

const OPEN = 'pg-drawer-open';
const CLOSE = 'pg-drawer-close';

/** What the drawer is opened for: to train with what is chosen, or to choose a text first. @typedef {'train' | 'text'} Purpose */

/** @param {Purpose} purpose */
export function openDrawer(purpose) {
  dispatchEvent(new CustomEvent(OPEN, { detail: purpose }));
}

export function closeDrawer() {
  dispatchEvent(new Event(CLOSE));
}

/**
 * Call `open` and `close` when the drawer is to be opened or closed, until `element` has left the page.
 * @param {Element} element
 * @param {(purpose: Purpose) => void} open
 * @param {() => void} close
 */
export function onDrawer(element, open, close) {
  const opened = (/** @type {Event} */ event) => heard(() => open(/** @type {CustomEvent<Purpose>} */ (event).detail));
  const closed = () => heard(close);
  const heard = (/** @type {() => void} */ act) => {
    if (element.isConnected) return act();
    removeEventListener(OPEN, opened);
    removeEventListener(CLOSE, closed);
  };
  addEventListener(OPEN, opened);
  addEventListener(CLOSE, closed);
}
