import { equal, test, until } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { copyLink, offerLink } from '/widgets/saving/copy_link.js';

/** Replace the clipboard. @param {(text: string) => Promise<void>} writeText */
const clipboard = (writeText) => Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });

test('a button copies the link of the page, without what belongs to other tabs, and says so', async () => {
  history.replaceState(null, '', '/?tab=runs&lab={}&run=river');
  /** @type {string[]} */
  const copied = [];
  clipboard(async (text) => { copied.push(text); });
  const button = node('button', { text: 'Copy link' });
  offerLink(button, 'In address');
  button.click();
  await until(() => button.textContent === 'Copied', 'nothing said');
  equal(copied.map((link) => new URL(link).search), ['?tab=runs&run=river']);
});

test('where copying is not allowed the link is in the address bar', async () => {
  history.replaceState(null, '', '/?tab=runs&lab={}');
  clipboard(() => Promise.reject(new Error('no')));
  const button = node('button', { text: 'Copy link' });
  offerLink(button, 'In address');
  button.click();
  await until(() => button.textContent === 'In address', 'nothing said');
  equal([location.search, await copyLink(`${location.origin}/?tab=train`), location.search], ['?tab=runs', false, '?tab=train']);
});
