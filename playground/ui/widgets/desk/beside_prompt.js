// The buttons of a view stand beside the prompt, and only those of the view that is open: so Write is at one place,
// whichever view it writes for.

const SLOT = '.desk-slot';
const NARROW = '(max-width: 808px)';
/** Frames to wait for the slot, which Gradio may draw after the view. */
const FRAMES = 60;

/**
 * Move `actions`, the buttons of a view, beside the prompt, and show them while `element`, the view, is visible.
 * Without a slot on the page they stay where they are.
 * @param {HTMLElement} element
 * @param {HTMLElement} actions
 * @param {number} [frames]
 */
export function standBeside(element, actions, frames = FRAMES) {
  const slot = document.querySelector(SLOT);
  if (!slot) {
    if (frames) requestAnimationFrame(() => standBeside(element, actions, frames - 1));
    return;
  }
  slot.append(actions);
  const show = () => {
    actions.hidden = !element.getClientRects().length;
  };
  new ResizeObserver(show).observe(element);
  show();
}

/** On a narrow screen, scroll until the buttons and what is written under them are in view. @param {HTMLElement} actions */
export function bringIntoView(actions) {
  if (!matchMedia(NARROW).matches) return;
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
  (actions.closest('.desk-side') ?? actions).scrollIntoView({ block: 'start', behavior });
}
