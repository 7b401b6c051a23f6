import { equal, test } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { listenToMenu } from '/widgets/saving/save_menu.js';

function opened() {
  const button = node('button', { type: 'button', text: 'SVG' });
  const summary = node('summary', { text: 'Save' });
  const menu = node('details', { open: true }, summary, button);
  const beside = node('p', { text: 'beside' });
  document.body.replaceChildren(menu, beside);
  listenToMenu(menu);
  return { menu, summary, button, beside };
}

test('a choice closes the menu', () => {
  const { menu, button } = opened();
  button.click();
  equal(menu.open, false);
});

test('Escape closes it and leads back to its button', () => {
  const { menu, summary, button } = opened();
  button.focus();
  button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  equal([menu.open, document.activeElement === summary], [false, true]);
});

test('a press elsewhere closes it, one inside does not', () => {
  const { menu, button, beside } = opened();
  button.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
  equal(menu.open, true);
  beside.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
  equal(menu.open, false);
});
