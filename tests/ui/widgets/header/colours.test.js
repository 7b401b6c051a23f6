import { equal, test } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { switchColours } from '/widgets/header/colours.js';

test('the switch turns the page dark and light and remembers it', () => {
  localStorage.clear();
  const button = node('button');
  switchColours(button);
  const states = [];
  for (let i = 0; i < 3; i++) {
    states.push([document.body.classList.contains('dark'), button.textContent, localStorage.getItem('playground-theme')]);
    button.click();
  }
  equal(states, [[false, 'Dark', null], [true, 'Light', 'dark'], [false, 'Dark', 'light']]);
  localStorage.clear();
});
