import { equal, test } from '/tests/check.js';
import { closeDrawer, onDrawer, openDrawer } from '/widgets/lib/drawer.js';

test('who listens hears what the drawer is opened for, until it has left the page', () => {
  const element = document.createElement('div');
  document.body.append(element);
  /** @type {string[]} */
  const heard = [];
  onDrawer(element, (purpose) => heard.push(purpose), () => heard.push('closed'));
  openDrawer('train');
  openDrawer('text');
  closeDrawer();
  element.remove();
  openDrawer('train');
  closeDrawer();
  equal(heard, ['train', 'text', 'closed']);
});
