import { equal, test, until } from '/tests/check.js';
import { asked, look } from '/tests/inside/fixtures.js';
import { texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { getParameter, readPlace } from '/widgets/lib/place.js';
import { InsideViews } from '/widgets/inside/views.js';

const QUERY = { run: 'tale', step: '40', source: 'ids', ids: [1, 2, 3, 4, 9], place: 4 };

/** @param {{ more?: Record<string, (query: any) => object | undefined>, large?: boolean }} [settings] */
function showing({ more, large } = {}) {
  history.replaceState(null, '', '/?tab=generate&run=tale');
  const { functions, questions } = asked(more);
  /** @type {unknown[]} */
  const changes = [];
  const views = new InsideViews({ server: functions, large, open: (i) => changes.push(i), changed: (chosen) => changes.push(chosen) });
  document.body.replaceChildren(views.root);
  const names = () => questions.map(([name]) => name);
  const open = (/** @type {string} */ name) => { part(views.root, `.in-${name}`, HTMLDetailsElement).open = true; };
  return { views, root: views.root, questions, names, open, changes };
}

test('nothing is asked before a view is open; then one look serves all of them', async () => {
  const { views, root, names, open } = showing();
  views.show({ query: QUERY });
  await new Promise((resolve) => requestAnimationFrame(resolve));
  equal(names(), []);
  open('looked');
  await until(() => texts(root, '.in-does')[0] === 'previous token', 'the names of the heads');
  equal(names(), ['look', 'heads']);
  open('layers');
  await until(() => root.querySelector('.in-picture svg'), 'the picture');
  open('off');
  await until(() => texts(root, '.in-off .in-say')[0], 'the effect');
  equal(names().filter((name) => name === 'look').length, 1);
});

test('a head is chosen by its picture, and asked for alone', async () => {
  const { views, root, questions, changes } = showing({ large: true });
  views.show({ query: QUERY });
  await until(() => parts(root, '.in-head').length === 4, 'the heads');
  parts(root, '.in-head')[3].click();
  await until(() => texts(root, '.in-looked .in-say')[0]?.includes('layer 1, head 1 looked most at “The”'), 'its sentence');
  equal(changes, [{ layer: 1, head: 1, off: '' }]);
  equal(questions.filter(([name]) => name === 'attention').at(-1)?.[1], { ...QUERY, layer: 1, head: 1 });
});

test('another place keeps the head and the parts, but not the masked tokens', async () => {
  const { views, root, questions } = showing({ large: true });
  views.show({ query: QUERY }, { layer: 1, head: 0, off: 'head:0.1 token:2' });
  await until(() => questions.some(([name]) => name === 'without'), 'the effect');
  views.show({ query: { ...QUERY, place: 3 } });
  await until(() => questions.filter(([name]) => name === 'without').length === 2, 'the next effect');
  equal(questions.filter(([name]) => name === 'without').map(([, query]) => [query.place, query.off]), [[4, 'head:0.1 token:2'], [3, 'head:0.1']]);
  equal(questions.filter(([name]) => name === 'look').at(-1)?.[1].layer, 1);
  equal(parts(root, '.in-part').length, 3);
});

test('parts of a link to a larger model are left out', async () => {
  const { views, questions } = showing({ large: true });
  views.show({ query: QUERY }, { layer: 9, head: 9, off: 'attention:9 head:0.1' });
  await until(() => questions.some(([name]) => name === 'without'), 'the effect');
  equal(questions.find(([name]) => name === 'without')?.[1].off, 'head:0.1');
});

test('a refusal is said in place of the views, which come back', async () => {
  let isRefused = true;
  const { views, root } = showing({ large: true, more: { look: () => (isRefused ? { error: 'There is no run “tale”.' } : look()) } });
  views.show({ query: QUERY });
  await until(() => texts(root, '.in-problem')[0], 'the refusal');
  equal(parts(root, '.in-body').map((each) => each.hidden), [true, true, true]);
  isRefused = false;
  views.show({ query: { ...QUERY, place: 3 } });
  await until(() => parts(root, '.in-head').length, 'the views');
  equal(parts(root, '.in-body').map((each) => each.hidden), [false, false, false]);
});

test('the Inside tab opens with the same text, place, head and parts', async () => {
  const { views, root } = showing();
  views.show({ query: QUERY, link: { text: 'The rain had stopped', at: 4 } }, { layer: 1, head: null, off: 'head:0.1' });
  part(root, '.in-larger').click();
  equal([readPlace().tab, readPlace().step, JSON.parse(getParameter('inside') ?? '')], ['inside', '40', { at: 4, layer: 1, off: 'head:0.1', text: 'The rain had stopped' }]);
});
