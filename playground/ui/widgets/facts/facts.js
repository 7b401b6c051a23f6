// Named values in a grid; an error takes their place.

const box = element.querySelector('.fa');
const [error, grid, note, more] = ['.fa-error', '.fa-facts', '.fa-note', '.fa-more'].map((name) => box.querySelector(name));
const way = box.querySelector('.fa-way');
let shown = null;

way.addEventListener('click', () => trigger('way_out', shown.way_out));

function draw() {
  shown = parse(props.value) ?? {};
  error.hidden = !shown.error;
  setText(error.firstElementChild, shown.error ?? '');
  way.hidden = !shown.way_out;
  setText(way, shown.way_out?.label ?? '');
  grid.hidden = Boolean(shown.error);
  const rows = shown.facts ?? [];
  while (grid.children.length > rows.length) grid.lastElementChild.remove();
  while (grid.children.length < rows.length) grid.append(node('div', {}, node('dt'), node('dd')));
  rows.forEach(({ name, value, format }, i) => {
    const [term, number] = grid.children[i].children;
    setText(term, name);
    setText(number, format ? fmt[format](value) : value ?? '–');
  });
  setText(note, shown.note ?? '');
  note.hidden = !shown.note;
  more.hidden = !shown.bars?.length;
  setText(more.firstElementChild, shown.more ?? '');
  drawMore(shown.bars ?? [], shown.table);
}

function drawMore(bars, table) {
  const made = bars.map(({ title, format, parts }) => {
    const total = parts.reduce((sum, [, size]) => sum + size, 0);
    const bar = node('div', { class: 'fa-bar', 'aria-hidden': 'true' });
    const list = node('ul', {});
    parts.forEach(([name, size], i) => {
      const colour = `--c:var(--pg-${(i % 6) + 1})`;
      bar.append(node('i', { style: `${colour};flex-grow:${total ? size / total : 0}` }));
      list.append(node('li', { style: colour }, node('span', { text: name }), node('b', { text: fmt[format](size) })));
    });
    return node('section', {}, node('h4', { text: title }), bar, list);
  });
  if (table) {
    const row = (cells, tag) => node('tr', {}, ...cells.map((text) => node(tag, { text })));
    const body = node('tbody', {}, ...table.rows.map((cells) => row(cells, 'td')));
    made.push(node('section', {}, node('h4', { text: table.title }), node('table', {}, node('thead', {}, row(table.head, 'th')), body)));
  }
  more.lastElementChild.replaceChildren(...made);
}

watch('value', draw);
draw();
