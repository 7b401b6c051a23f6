// The table of runs: rows keep their nodes, so that nothing flickers and focus stays; a click on a heading sorts.

const RUN_STATES = {
  queued: 'Waiting', running: 'Training', paused: 'Paused', stopped: 'Stopped', completed: 'Finished',
  diverged: 'Diverged', failed: 'Failed', interrupted: 'Interrupted',
};
const isLive = (run) => ['queued', 'running', 'paused'].includes(run.state);
const perplexity = (loss) => (loss == null ? null : Math.exp(loss));
const perplexityText = (value) => (value == null ? '–' : value < 100 ? value.toFixed(1) : fmt.short(value));

/** The columns: how a run's cell reads, and by what it is sorted. */
const RUN_COLUMNS = [
  { key: 'name', title: 'Run', text: (run) => run.name, by: (run) => run.name.toLowerCase() },
  { key: 'text', title: 'Text', text: (run) => run.text, by: (run) => run.text.toLowerCase() },
  { key: 'preset', title: 'Size', text: (run) => run.preset || '–', by: (run) => run.preset },
  {
    key: 'step', title: 'Steps', number: true, by: (run) => run.step,
    text: (run) => (run.total_steps ? `${fmt.whole(run.step)} / ${fmt.whole(run.total_steps)}` : fmt.whole(run.step)),
  },
  { key: 'train_loss', title: 'Training', number: true, text: (run) => fmt.loss(run.train_loss), by: (run) => run.train_loss },
  { key: 'val_loss', title: 'Validation', number: true, text: (run) => fmt.loss(run.val_loss), by: (run) => run.val_loss },
  { key: 'best', title: 'Best', number: true, text: (run) => fmt.loss(run.best_val_loss), by: (run) => run.best_val_loss },
  {
    key: 'perplexity', title: 'Perplexity', number: true, by: (run) => run.best_val_loss,
    text: (run) => perplexityText(perplexity(run.best_val_loss)),
  },
  { key: 'speed', title: 'Tokens/s', number: true, text: (run) => fmt.whole(run.tokens_per_s), by: (run) => run.tokens_per_s },
  {
    key: 'state', title: 'State', by: (run) => run.state,
    text: (run) => (run.queue_place ? `Waiting, place ${run.queue_place}` : isLive(run) && run.message ? run.message : RUN_STATES[run.state] ?? run.state),
  },
  { key: 'size', title: 'On disk', number: true, text: (run) => fmt.bytes(run.size_bytes), by: (run) => run.size_bytes },
  { key: 'created', title: 'Made', number: true, text: (run) => ago(run.created), by: (run) => run.created },
];

/** A moment in seconds since 1970, as one says it. */
function ago(moment) {
  const seconds = Date.now() / 1000 - moment;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(moment * 1000).toISOString().slice(0, 10);
}

/** makeRunsTable(root, {onChoice}) → {draw(runs), chosen(), choose(names)} */
function makeRunsTable(root, { onChoice }) {
  const head = root.querySelector('.rv-table thead tr');
  const body = root.querySelector('.rv-table tbody');
  const sorter = root.querySelector('.rv-sort select');
  const rows = new Map();
  let runs = [];
  let chosen = new Set();
  let sort = { key: 'created', down: true };

  const headings = new Map();
  head.append(node('th', { class: 'rv-tick' }, node('span', { class: 'rv-away', text: 'Chosen' })));
  for (const column of RUN_COLUMNS) {
    const heading = node(
      'th', { scope: 'col', class: column.number ? 'rv-number' : '' },
      node('button', { type: 'button', text: column.title, onclick: () => sortBy(column.key) }),
    );
    headings.set(column.key, heading);
    head.append(heading);
    sorter.append(node('option', { value: column.key, text: column.title }));
  }
  sorter.addEventListener('change', () => sortBy(sorter.value));

  function sortBy(key) {
    const column = RUN_COLUMNS.find((each) => each.key === key);
    const usual = key === 'created' || key === 'step' || key === 'size' || key === 'speed'; // the most first
    sort = { key, down: sort.key === key ? !sort.down : usual && Boolean(column.number) };
    draw(runs);
  }

  function sorted() {
    const { by } = RUN_COLUMNS.find((column) => column.key === sort.key);
    const sign = sort.down ? -1 : 1;
    return [...runs].sort((a, b) => {
      if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
      const [x, y] = [by(a), by(b)];
      if (x == null || y == null) return (x == null) - (y == null); // what is not known stands last
      return sign * (x < y ? -1 : x > y ? 1 : 0) || a.name.localeCompare(b.name);
    });
  }

  function makeRow(name) {
    const tick = node('input', { type: 'checkbox', 'aria-label': `choose ${name}`, onchange: () => toggle(name, tick.checked) });
    const cells = new Map(RUN_COLUMNS.map((column) => [
      column.key,
      node(column.key === 'name' ? 'th' : 'td', {
        class: `rv-c-${column.key}${column.number ? ' rv-number' : ''}`, 'data-title': column.title,
        scope: column.key === 'name' ? 'row' : null,
      }),
    ]));
    const row = node('tr', {}, node('td', { class: 'rv-tick' }, tick), ...cells.values());
    row.addEventListener('click', (event) => {
      if (event.target !== tick) toggleAlone(name, event);
    });
    return { row, tick, cells };
  }

  function toggle(name, on) {
    if (on) chosen.add(name);
    else chosen.delete(name);
    mark();
    onChoice([...chosen]);
  }

  /** A click on a row chooses it alone; with Ctrl, Cmd or Shift it is added, and a second click takes it out. */
  function toggleAlone(name, event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return toggle(name, !chosen.has(name));
    chosen = chosen.size === 1 && chosen.has(name) ? new Set() : new Set([name]);
    mark();
    return onChoice([...chosen]);
  }

  function mark() {
    for (const [name, { row, tick }] of rows) {
      tick.checked = chosen.has(name);
      row.classList.toggle('rv-on', chosen.has(name));
    }
  }

  function draw(next) {
    runs = next;
    const names = new Set(runs.map((run) => run.name));
    for (const [name, { row }] of rows) {
      if (names.has(name)) continue;
      row.remove();
      rows.delete(name);
    }
    for (const [key, heading] of headings) {
      if (key === sort.key) heading.setAttribute('aria-sort', sort.down ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
    }
    sorter.value = sort.key;
    const order = sorted();
    for (const run of order) {
      if (!rows.has(run.name)) rows.set(run.name, makeRow(run.name));
      const { row, cells } = rows.get(run.name);
      row.dataset.state = run.state;
      row.classList.toggle('rv-pinned', run.pinned);
      for (const column of RUN_COLUMNS) setText(cells.get(column.key), column.text(run));
    }
    const nodes = order.map((run) => rows.get(run.name).row);
    if (nodes.some((row, i) => body.children[i] !== row)) body.replaceChildren(...nodes); // only when the order changed
    root.querySelector('.rv-table').hidden = !runs.length;
    const gone = [...chosen].filter((name) => !names.has(name));
    gone.forEach((name) => chosen.delete(name));
    mark();
    if (gone.length) onChoice([...chosen]);
  }

  return {
    draw,
    chosen: () => [...chosen],
    choose(names) {
      chosen = new Set(names);
      mark();
      onChoice([...chosen]);
    },
  };
}
