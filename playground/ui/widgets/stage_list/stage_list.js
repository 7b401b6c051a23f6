// The stages in their order: dragged by the grip, moved by its arrow keys or by buttons, switched on and off, set.

import { node, part, setText } from '../lib/dom.js';
import { firstState, readState, writeState } from '../lib/lab_state.js';
import { letDrag } from './dragging.js';
import { makeOrderLine } from './order_line.js';
import { makeStageRow } from './stage_row.js';
import { addedText, haveSameOrder, movedText, newStage, removedText, takeSettings, withMoved, withoutStage } from './stages.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */
/** @typedef {import('../lib/lab_state.js').StageEntry} StageEntry */
/** @typedef {import('./stages.js').Catalogue} Catalogue */

/**
 * What the rows of the list need of it. A row changes its entry, which is part of the state, and then calls `commit`.
 * @typedef {object} Panel
 * @property {Catalogue} catalogue
 * @property {() => LabState} state
 * @property {() => number} vocabSize
 * @property {() => void} commit  make the state the widget's value
 * @property {import('../lib/host.js').ServerFunction} tokens
 */

/** @param {import('../lib/host.js').Host<{ catalogue: Catalogue }>} host */
export function mount(host) {
  const { element, props, server, watch, constants: { catalogue } } = host;
  const root = part(element, '.stage-list');
  const list = part(root, 'ol');
  const add = part(root, '.add', HTMLSelectElement);
  const orders = part(root, '.orders', HTMLSelectElement);
  const announce = (/** @type {string} */ text) => setText(part(root, '[aria-live]'), text);
  const labelOf = (/** @type {StageEntry} */ { name }) => catalogue.stages[name].label;
  let state = firstState(props);
  let vocabSize = state.words.length; // until the server says more
  /** @type {import('./stage_row.js').StageRow[]} */
  let rows = [];

  /** @type {Panel} */
  const panel = { catalogue, tokens: server.tokens, state: () => state, vocabSize: () => vocabSize, commit };

  const askOrder = makeOrderLine(part(root, '.order'), server.order, {
    isCurrent: (value) => value === props.value,
    onSize(size) {
      if (size === vocabSize) return;
      vocabSize = size;
      for (const row of rows) row.show();
    },
    onChoose: (stages) => replace({ stages }),
  });

  function commit() {
    writeState(host, state);
    askOrder(JSON.stringify(state));
  }

  function rebuild() {
    const { stages } = state;
    rows = stages.map((entry, i) => makeStageRow(panel, entry, i, stages.length, {
      move: (to, focus) => move(i, to, focus),
      remove: () => remove(i),
    }));
    list.replaceChildren(...rows.map((row) => row.item));
  }

  /** Change the list itself: all rows are made anew. */
  function replace(/** @type {Partial<LabState>} */ changes) {
    state = { ...state, ...changes };
    rebuild();
    commit();
  }

  function move(/** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ focus) {
    const stages = withMoved(state.stages, from, to);
    if (!stages) return;
    state = { ...state, stages };
    rebuild();
    const item = list.children[to];
    const control = part(item, focus, HTMLButtonElement);
    (control.disabled ? part(item, '.grip') : control).focus();
    announce(movedText(labelOf(stages[to]), to, stages.length));
    commit();
  }

  function remove(/** @type {number} */ i) {
    const label = labelOf(state.stages[i]);
    state = { ...state, stages: withoutStage(state.stages, i) };
    rebuild();
    const next = list.children[Math.min(i, list.children.length - 1)];
    (next ? part(next, '.grip') : add).focus();
    announce(removedText(label));
    commit();
  }

  letDrag(list, (item, to) => move(rows.findIndex((row) => row.item === item), to, '.grip'));

  add.append(...Object.entries(catalogue.stages).map(([value, { label }]) => node('option', { value, text: label })));
  add.addEventListener('change', () => {
    if (!add.value) return;
    const { label, fields } = catalogue.stages[add.value];
    const stages = [...state.stages, newStage(add.value, fields)];
    add.value = '';
    announce(addedText(label, stages.length));
    replace({ stages });
  });
  orders.append(...Object.keys(catalogue.orders).map((name) => node('option', { value: name, text: name })));
  orders.addEventListener('change', () => {
    if (!orders.value) return;
    const stages = structuredClone(catalogue.orders[orders.value]);
    announce(`The order of ${orders.value}.`);
    orders.value = '';
    replace({ stages });
  });
  part(root, '.lesson').addEventListener('click', () => replace(structuredClone(catalogue.lesson)));

  function read() {
    const next = readState(props);
    if (!next) return;
    if (haveSameOrder(state.stages, next.stages)) {
      state = { ...next, stages: takeSettings(state.stages, next.stages) };
      for (const row of rows) row.show();
    } else {
      state = next;
      rebuild();
    }
    if (props.value) askOrder(props.value);
  }

  watch('value', read);
  rebuild();
  root.classList.add('drawn'); // until then room is kept for two stages
  if (props.value) askOrder(props.value);
}
