// The widget: which run writes, and the settings in the address.

import { node, part } from '../lib/dom.js';
import { parse } from '../lib/host.js';
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
  const open = () => {
    const desk = getParameter('desk') ?? '{}';
    trigger('opened', { desk });
    openView(parse(desk)?.view ?? 'text');
  };
  document.querySelector(TABS)?.addEventListener('click', () => requestAnimationFrame(() => keepView(viewOf())));
  onPlace(element, draw);
  draw();
  if (getParameter('desk')) open();
  addEventListener('popstate', open);
}

/** Open a view: not by Python, since tabs among an event's outputs make each message slow. @param {unknown} view */
function openView(view) {
  if (view === viewOf()) return;
  const tab = document.querySelector(`${TABS} [data-tab-id="${CSS.escape(String(view))}"]`);
  if (tab instanceof HTMLElement) tab.click();
}

/** The view that is open. */
const viewOf = () => document.querySelector(`${TABS} [aria-selected="true"]`)?.getAttribute('data-tab-id') ?? 'text';
