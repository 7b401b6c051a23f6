// The stages in their order: drag the grip, use its arrow keys, or the buttons; switch on and off; set each one's values.

const root = element.querySelector('.stage-list');
const list = root.querySelector('ol');
const live = root.querySelector('[aria-live]');
let state = null;
let rows = [];
let size = 9; // of the vocabulary, as the server last said

const about = (entry) => catalogue.stages[entry.name];

function commit() {
  props.value = JSON.stringify(state);
  trigger('input');
  askOrder(props.value);
}

// ---- one value of a stage -------------------------------------------------------------------------------------------

/** Largest value the slider reaches: a k cannot usefully exceed the vocabulary, nor is a slider of 50,257 steps of use. */
const reach = (field) => (field.of_vocabulary ? Math.min(field.max, Math.max(2, size), 200) : field.soft_max ?? field.max);

/** A number that may be left out. */
function openRow(entry, field, name) {
  const box = node('input', { type: 'number', min: field.min, max: field.max, step: 1, placeholder: 'all', 'aria-label': name, title: field.help });
  box.addEventListener('input', () => {
    if (!box.checkValidity()) return;
    entry[field.name] = box.value === '' ? null : box.valueAsNumber;
    commit();
  });
  return {
    show: () => { if (document.activeElement !== box) box.value = entry[field.name] ?? ''; },
    node: node('label', { class: 'value text' }, node('span', { text: field.label }), box),
  };
}

/** Tokens written by hand: the server knows which ids they have. */
function tokenRow(entry, field, name) {
  const biased = field.kind === 'biases';
  const box = node('input', { type: 'text', 'aria-label': name, placeholder: biased ? 'pizza +5, you -2' : 'pizza, you', spellcheck: 'false', title: field.help });
  const problem = node('small', { class: 'wrong', role: 'alert' });
  const write = (id) => {
    const word = state.source === 'toy' ? state.words[id]?.[0] : null;
    return word == null ? `#${id}` : /[\s,"]/.test(word) ? `"${word}"` : word;
  };
  box.addEventListener('change', async () => {
    const answer = await server.tokens({ state: parse(props.value), text: box.value });
    if (!usable(answer, problem)) return;
    entry[field.name] = biased ? answer.pairs : answer.pairs.map(([id]) => id);
    commit();
  });
  return {
    show: () => {
      if (document.activeElement === box) return;
      box.value = entry[field.name].map((item) => (biased ? `${write(item[0])} ${item[1] < 0 ? '' : '+'}${item[1]}` : write(item))).join(', ');
    },
    node: node('label', { class: 'value text' }, node('span', { text: field.label }), box, problem),
  };
}

function valueRow(entry, field) {
  const log = field.scale === 'log';
  const place = (value) => (log ? Math.log10(Math.max(value, field.min || field.step)) : value);
  const name = `${about(entry).label} ${field.label}`;
  const row = { field };
  if (field.kind === 'ids' || field.kind === 'biases') return tokenRow(entry, field, name);
  if (field.kind.endsWith('?')) return openRow(entry, field, name);
  row.range = node('input', { type: 'range', 'aria-label': name, title: field.help });
  row.box = node('input', { type: 'number', 'aria-label': `${name}, as a number` });
  const set = (value, from) => {
    entry[field.name] = field.kind === 'int' ? Math.round(value) : +value.toPrecision(6);
    row.show(from);
    commit();
  };
  row.range.addEventListener('input', () => set(log ? 10 ** +row.range.value : +row.range.value, row.range));
  row.box.addEventListener('input', () => {
    const value = row.box.valueAsNumber;
    if (value >= field.min && value <= field.max) set(value, row.box);
  });
  row.box.addEventListener('blur', () => row.show());
  row.show = (from = null) => {
    const value = entry[field.name];
    const low = log ? Math.log10(field.min || field.step) : field.soft_min ?? field.min;
    const high = log ? Math.log10(reach(field)) : reach(field);
    setAttrs(row.range, { min: low, max: high, step: log ? (high - low) / 200 : field.step });
    setAttrs(row.box, { min: field.min, max: field.max, step: field.kind === 'int' ? 1 : 'any' });
    if (from !== row.range) row.range.value = place(value);
    if (from !== row.box) row.box.value = value;
    row.range.setAttribute('aria-valuetext', String(value));
  };
  row.node = node('div', { class: 'value' }, node('span', { text: field.label, 'aria-hidden': 'true' }), row.range, row.box);
  return row;
}

// ---- one stage ------------------------------------------------------------------------------------------------------

function makeRow(entry, i) {
  const { label, help, fields } = about(entry);
  const button = (text, say, act, off = false) =>
    node('button', { type: 'button', class: 'mini', 'aria-label': say, title: say, disabled: off, text, onclick: act });
  const on = node('input', { type: 'checkbox', 'aria-label': `use ${label}` });
  on.checked = entry.on;
  const values = fields.map((field) => valueRow(entry, field));
  const grip = node('button', { type: 'button', class: 'grip', 'aria-label': `${label}, place ${i + 1} of ${state.stages.length}: move with the arrow keys`, text: '⠿' });
  const item = node('li', { class: entry.on ? 'stage' : 'stage off' },
    node('div', { class: 'title' }, grip, on, node('span', { class: 'name', text: label }),
      button('↑', `move ${label} up`, () => move(i, i - 1, '.up'), i === 0),
      button('↓', `move ${label} down`, () => move(i, i + 1, '.down'), i === state.stages.length - 1),
      button('×', `take ${label} out`, () => remove(i))),
    node('div', { class: 'values' }, node('p', { class: 'help', text: help, title: about(entry).about }), ...values.map((value) => value.node)));
  const [up, down] = item.querySelectorAll('.mini');
  up.classList.add('up');
  down.classList.add('down');
  on.addEventListener('change', () => {
    entry.on = on.checked;
    item.classList.toggle('off', !entry.on);
    commit();
  });
  grip.addEventListener('keydown', (event) => {
    const to = { ArrowUp: i - 1, ArrowDown: i + 1, Home: 0, End: state.stages.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(i, to, '.grip');
  });
  return { entry, item, on, show: () => { on.checked = entry.on; item.classList.toggle('off', !entry.on); values.forEach((value) => value.show()); } };
}

function rebuild() {
  rows = state.stages.map(makeRow);
  rows.forEach((row) => row.show());
  list.replaceChildren(...rows.map((row) => row.item));
}

// ---- order ----------------------------------------------------------------------------------------------------------

function move(from, to, focus) {
  if (to < 0 || to >= state.stages.length || to === from) return;
  const [entry] = state.stages.splice(from, 1);
  state.stages.splice(to, 0, entry);
  rebuild();
  const target = list.children[to].querySelector(focus);
  (target.disabled ? list.children[to].querySelector('.grip') : target).focus();
  setText(live, `${about(entry).label} is now stage ${to + 1} of ${state.stages.length}.`);
  commit();
}

function remove(i) {
  const [entry] = state.stages.splice(i, 1);
  rebuild();
  (list.children[Math.min(i, list.children.length - 1)]?.querySelector('.grip') ?? root.querySelector('.add')).focus();
  setText(live, `${about(entry).label} taken out.`);
  commit();
}

let dragged = null;
list.addEventListener('pointerdown', (event) => {
  if (!event.target.closest('.grip')) return;
  dragged = event.target.closest('li');
  dragged.classList.add('dragged');
  list.setPointerCapture(event.pointerId);
});
list.addEventListener('pointermove', (event) => {
  if (!dragged) return;
  for (const item of list.children) {
    const box = item.getBoundingClientRect();
    if (item === dragged || event.clientY < box.top || event.clientY > box.bottom) continue;
    const above = event.clientY < box.top + box.height / 2;
    list.insertBefore(dragged, above ? item : item.nextSibling);
    break;
  }
});
function drop() {
  if (!dragged) return;
  dragged.classList.remove('dragged');
  const order = [...list.children];
  const from = rows.findIndex((row) => row.item === dragged);
  const to = order.indexOf(dragged);
  dragged = null;
  if (from !== to) move(from, to, '.grip');
}
list.addEventListener('pointerup', drop);
list.addEventListener('pointercancel', drop);

// ---- adding, known orders, does the order matter ---------------------------------------------------------------------

const add = root.querySelector('.add');
const orders = root.querySelector('.orders');
add.append(...Object.entries(catalogue.stages).map(([name, stage]) => node('option', { value: name, text: stage.label })));
orders.append(...Object.keys(catalogue.orders).map((name) => node('option', { value: name, text: name })));

add.addEventListener('change', () => {
  if (!add.value) return;
  const entry = { name: add.value, on: true };
  for (const field of catalogue.stages[add.value].fields) entry[field.name] = field.start;
  state.stages.push(entry);
  add.value = '';
  rebuild();
  setText(live, `${about(entry).label} added as stage ${state.stages.length}.`);
  commit();
});
orders.addEventListener('change', () => {
  if (!orders.value) return;
  state.stages = structuredClone(catalogue.orders[orders.value]);
  setText(live, `The order of ${orders.value}.`);
  orders.value = '';
  rebuild();
  commit();
});

const order = root.querySelector('.order');
let waiting = 0;
const askNow = newest(async (asked) => {
  const answer = await server.order(parse(asked));
  if (asked !== props.value) return;
  if (answer?.size && answer.size !== size) {
    size = answer.size;
    rows.forEach((row) => row.show());
  }
  order.classList.toggle('matters', !!answer?.stages);
  order.replaceChildren(node('span', { text: answer?.text ?? '' }));
  if (answer?.stages) {
    order.append(node('button', { type: 'button', class: 'link', text: 'Show the other order', onclick: () => {
      state.stages = answer.stages;
      rebuild();
      commit();
    } }));
  }
});
/** The question costs a few runs of all stages: it waits until the hand rests. */
function askOrder(asked) {
  clearTimeout(waiting);
  waiting = setTimeout(() => askNow(asked), 150);
}
root.querySelector('.lesson').addEventListener('click', () => {
  state = { ...state, ...structuredClone(catalogue.lesson) };
  rebuild();
  commit();
});

function read() {
  const next = parse(props.value);
  if (!next) return;
  const same = state && next.stages.length === state.stages.length && next.stages.every((entry, i) => entry.name === state.stages[i].name);
  const old = state;
  state = next;
  if (same) {
    state.stages = old.stages.map((entry, i) => Object.assign(entry, next.stages[i]));
    rows.forEach((row) => row.show());
  } else {
    rebuild();
  }
  askOrder(props.value);
}
watch('value', read);
read();
