// The widget: which run writes, and the settings in the address.

import { node, part } from '../lib/dom.js';
import { getParameter, onPlace, readPlace } from '../lib/place.js';
import { keepView, stepName } from './desk_link.js';

const TABS = '#desk-tabs > .tab-wrapper';

/** @param {import('../lib/host.js').Host} host */
export function mount({ element, trigger }) {
  const line = part(element, '.desk-run');
  const draw = () => {
    const { run, step } = readPlace();
    const words = run ? ['with ', node('b', { text: run }), `, ${stepName(step)}`] : ['No run yet'];
    line.replaceChildren(...words);
    line.title = line.textContent ?? '';
  };
  const open = () => trigger('opened', { desk: getParameter('desk') ?? '{}' });
  document.querySelector(TABS)?.addEventListener('click', () => requestAnimationFrame(() => keepView(viewOf())));
  onPlace(element, draw);
  draw();
  if (getParameter('desk')) open();
  addEventListener('popstate', open);
}

/** The view that is open. */
const viewOf = () => document.querySelector(`${TABS} [aria-selected="true"]`)?.getAttribute('data-tab-id') ?? 'text';
