import { equal, ok, test, until } from '/tests/check.js';
import { mountWidget } from '/tests/mounting.js';
import { part } from '/widgets/lib/dom.js';
import { closeDrawer, openDrawer } from '/widgets/lib/drawer.js';
import { goTo } from '/widgets/lib/place.js';

const CONSTANTS = { train: '#train', text: '#own' };

/** The drawer in its column, with a button outside. @param {{ run?: string, current?: string | null }} [settings] */
async function drawn({ run = 'river', current = null } = {}) {
  history.replaceState(null, '', run ? `/?run=${run}` : '/');
  localStorage.clear();
  document.documentElement.className = '';
  document.body.innerHTML = '<button id="opener"></button><div class="pg-new-run"><input type="radio" id="own"><button id="train"></button></div>';
  const column = part(document.body, '.pg-new-run');
  const mounted = await mountWidget('drawer', { into: column, constants: CONSTANTS, server: { runs: () => ({ current }) } });
  return { ...mounted, column, isOpen: () => column.classList.contains('pg-open') };
}

test('it is closed where a run is shown, and says what it is', async () => {
  const { column, isOpen, questions } = await drawn();
  equal([isOpen(), questions], [false, []]);
  equal([column.getAttribute('role'), column.getAttribute('aria-label')], ['region', 'New run']);
});

test('it opens with the focus on the button that trains, and gives the focus back', async () => {
  const { element, isOpen } = await drawn();
  part(document.body, '#opener').focus();
  openDrawer('train');
  equal([isOpen(), document.activeElement?.id], [true, 'train']);
  part(element, '.dr-close').focus();
  part(element, '.dr-close').click();
  equal([isOpen(), document.activeElement?.id], [false, 'opener']);
});

test('it opens with the choice of an own text', async () => {
  const { isOpen } = await drawn();
  openDrawer('text');
  equal([isOpen(), document.activeElement?.id, part(document.body, '#own', HTMLInputElement).checked], [true, 'own', true]);
});

test('Escape closes it, except where it closes a list', async () => {
  const { column, isOpen } = await drawn();
  openDrawer('train');
  const list = part(column, '#own');
  list.setAttribute('aria-expanded', 'true');
  list.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  ok(isOpen(), 'the list was open');
  part(column, '#train').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  equal(isOpen(), false);
});

test('a list of choices that the focus has left is closed, the drawer is not', async () => {
  const { column, isOpen } = await drawn();
  openDrawer('train');
  const list = part(column, '#own');
  list.addEventListener('keydown', ({ key }) => key === 'Escape' && list.setAttribute('aria-expanded', 'false'));
  list.focus();
  list.setAttribute('aria-expanded', 'true');
  part(column, '#train').focus();
  await until(() => list.getAttribute('aria-expanded') === 'false', 'the list is open');
  ok(isOpen(), 'the drawer was closed');
});

test('it closes where a run is shown or starts', async () => {
  const { isOpen } = await drawn();
  openDrawer('train');
  goTo({ step: '10' });
  ok(isOpen(), 'the run is the same');
  goTo({ run: 'sea' });
  equal(isOpen(), false);
  openDrawer('train');
  closeDrawer();
  equal(isOpen(), false);
});

test('where there is no run at all it is open, until one is shown', async () => {
  const { isOpen } = await drawn({ run: '' });
  await until(isOpen, 'it did not open');
  const says = () => document.documentElement.classList.contains('pg-no-runs');
  equal(says(), true);
  goTo({ run: 'first' });
  equal([isOpen(), says()], [false, false]);
});

test('where a run is going to be shown it stays closed', async () => {
  const { isOpen, questions } = await drawn({ run: '', current: 'river' });
  await until(() => questions.length, 'it did not ask');
  await new Promise((resolve) => setTimeout(resolve, 20));
  equal([isOpen(), document.documentElement.className], [false, '']);
});

test('what is wrong with settings is shown at their fields', async () => {
  const { column, update } = await drawn();
  column.insertAdjacentHTML('beforeend', '<div id="pg-lr"><input></div>');
  update({ problems: { lr: 'Learning rate must be above 0.' } });
  equal(part(column, '#pg-lr .pg-problem').textContent, 'Learning rate must be above 0.');
  update({ problems: {} });
  equal(column.querySelector('.pg-problem'), null);
});
