// Reorder the items of a list by dragging their grips.

/**
 * While a grip is dragged its item moves in `list`; `onDrop` gets the item and its new place.
 * @param {HTMLElement} list
 * @param {(item: Element, to: number) => void} onDrop
 */
export function letDrag(list, onDrop) {
  /** @type {Element | null} */
  let dragged = null;

  list.addEventListener('pointerdown', (event) => {
    const grip = event.target instanceof Element && event.target.closest('.grip');
    dragged = grip ? grip.closest('li') : null;
    if (!dragged) return;
    dragged.classList.add('dragged');
    list.setPointerCapture(event.pointerId);
  });
  list.addEventListener('pointermove', (event) => {
    if (!dragged) return;
    for (const item of list.children) {
      const box = item.getBoundingClientRect();
      if (item === dragged || event.clientY < box.top || event.clientY > box.bottom) continue;
      const isAbove = event.clientY < box.top + box.height / 2;
      list.insertBefore(dragged, isAbove ? item : item.nextSibling);
      break;
    }
  });

  function drop() {
    if (!dragged) return;
    const item = dragged;
    dragged = null;
    item.classList.remove('dragged');
    onDrop(item, [...list.children].indexOf(item));
  }
  list.addEventListener('pointerup', drop);
  list.addEventListener('pointercancel', drop);
}
