// Asking the server again and again.

/**
 * Call `work` repeatedly, one call at a time, while `element` is on the page and visible; ends when it is removed.
 * @param {HTMLElement} element
 * @param {() => Promise<number>} work  answers with the pause before the next call, in milliseconds
 * @param {number} hidden_ms  how often to look whether a hidden element has become visible
 * @returns {() => void}  starts the calls; called again, it makes the next call at once, after the one that runs
 */
export function poll(element, work, hidden_ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isBusy = false;
  let isUrgent = false;

  async function turn() {
    clearTimeout(timer);
    if (!element.isConnected) {
      document.removeEventListener('visibilitychange', onVisible);
      return;
    }
    if (isBusy) {
      isUrgent = true;
      return;
    }
    let pause_ms = hidden_ms;
    try {
      isBusy = true;
      if (document.visibilityState === 'visible' && element.offsetParent !== null) pause_ms = await work();
    } finally {
      isBusy = false;
      timer = setTimeout(turn, isUrgent ? 0 : pause_ms);
      isUrgent = false;
    }
  }

  function onVisible() {
    if (document.visibilityState === 'visible') turn();
  }

  document.addEventListener('visibilitychange', onVisible);
  return turn;
}
