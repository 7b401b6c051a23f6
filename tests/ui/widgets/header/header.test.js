import { equal, test } from '/tests/check.js';
import { mountWidget } from '/tests/mounting.js';
import { part } from '/widgets/lib/dom.js';

test('the switch turns the page dark and light and remembers it', async () => {
  localStorage.clear();
  const { element } = await mountWidget('header');
  const button = part(element, '.hd-theme');
  const states = [];
  for (let i = 0; i < 3; i++) {
    states.push([document.body.classList.contains('dark'), button.textContent, localStorage.getItem('playground-theme')]);
    button.click();
  }
  equal(states, [[false, 'Dark', null], [true, 'Light', 'dark'], [false, 'Dark', 'light']]);
  localStorage.clear();
});
