// Curves of several runs in one plot, over steps, epochs, tokens or time, and a table of the settings that differ.

const RUN_COLOURS = ['1', '2', '3', '4', '5', '6'].map((n) => `var(--pg-${n})`);
const WHAT = { val: 'Validation', train: 'Training', loss: 'Every step' };
const OVER = { steps: 'Steps', epochs: 'Epochs', tokens: 'Tokens', seconds: 'Time' };
const OVER_TITLE = { steps: 'Steps', epochs: 'Epochs', tokens: 'Tokens seen', seconds: 'Seconds of training' };

/** An exponential mean of a curve's points that remembers `keep` of what came before. */
function smoothed(values, keep) {
  if (!keep) return values;
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (value == null || !isFinite(value)) return null;
    mean = keep * mean + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return mean / weight;
  });
}

/** makeComparison(root, {ask}) → {show(names)}; `ask(names, over)` fetches the answer of the server. */
function makeComparison(root, { ask }) {
  const card = root.querySelector('.rc');
  const find = (name) => card.querySelector(name);
  const choice = { what: 'val', over: 'steps' };
  const slider = find('.rc-smooth input');
  const log = find('.rc-log input');
  let names = [];
  let answer = null;
  let at = null;
  const plot = makePlot(find('.rc-plot'), {
    label: 'Losses of the chosen runs',
    height: (width) => (width < 520 ? 260 : 340),
    yFormat: (value) => String(+value.toPrecision(4)),
    xTitle: 'Steps',
    onCursor: (x) => {
      at = x;
      plot.cursor(x);
      read();
    },
  });

  function segments(name, options) {
    const group = find(`[data-name=${name}]`);
    const own = `rc-${name}-${Math.random().toString(36).slice(2)}`;
    group.append(...Object.entries(options).map(([value, text]) => node('label', {},
      node('input', {
        type: 'radio', name: own, value, checked: choice[name] === value,
        onchange: () => {
          choice[name] = value;
          if (name === 'over') refresh();
          else draw();
        },
      }),
      node('span', { text }))));
  }
  segments('what', WHAT);
  segments('over', OVER);
  slider.addEventListener('input', () => {
    setText(find('.rc-smooth b'), +slider.value ? (+slider.value).toFixed(2) : 'off');
    draw();
  });
  log.addEventListener('change', draw);

  async function refresh() {
    const asked = names;
    if (!names.length) return;
    const news = await ask(names, choice.over);
    if (!news || news.error || asked !== names) return;
    answer = news;
    draw();
    tell();
  }

  function series() {
    return answer.curves.map((curve, i) => ({
      name: curve.name,
      colour: RUN_COLOURS[i % RUN_COLOURS.length],
      kind: i < RUN_COLOURS.length ? 'bold' : 'dash',
      x: curve[choice.what].x,
      y: smoothed(curve[choice.what].y, +slider.value),
    }));
  }

  function draw() {
    if (!answer) return;
    const drawn = series();
    const ends = drawn.flatMap(({ x }) => (x.length ? [x[0], x.at(-1)] : []));
    const low = choice.over === 'steps' || !ends.length ? 0 : Math.min(0, ...ends);
    plot.draw({
      xRange: [low, Math.max(1e-9, ...ends)],
      xWhole: choice.over === 'steps' || choice.over === 'tokens',
      xTitle: OVER_TITLE[answer.over],
      log: log.checked,
      series: drawn,
      marks: choice.what === 'val' ? drawn.flatMap(best) : [],
    });
    read();
  }

  function best({ name, colour, x, y }) {
    let low = -1;
    y.forEach((value, i) => {
      if (value != null && isFinite(value) && (low < 0 || value < y[low])) low = i;
    });
    return low < 0 ? [] : [{ x: x[low], y: y[low], colour, title: `${name}: best, ${fmt.loss(y[low])}` }];
  }

  /** The legend, with each run's value at the cursor or its last one. */
  function read() {
    const items = series().map(({ name, colour, kind, x, y }) => {
      const i = at == null ? y.length - 1 : nearest(x, at);
      return node('li', {}, node('i', { class: kind, style: `border-color:${colour}` }), node('span', { text: name }),
        node('b', { text: fmt.loss(y[i]) }));
    });
    find('.rc-legend').replaceChildren(...items);
  }

  /** The table of what differs. */
  function tell() {
    const { runs, differences } = answer;
    const table = find('.rc-scroll table');
    const several = runs.length > 1;
    find('.rc-scroll').hidden = !differences.length;
    find('h3').hidden = !several;
    setText(find('.rc-same'), several && !differences.length ? 'Nothing: these runs have the same settings and text.' : '');
    table.replaceChildren(
      node('thead', {}, node('tr', {}, node('th', { text: 'Setting' }), ...runs.map((name) => node('th', { scope: 'col', text: name })))),
      node('tbody', {}, ...differences.map(({ setting, values }) => node('tr', {}, node('th', { scope: 'row', text: setting }),
        ...values.map((text) => node('td', { text }))))),
    );
  }

  return {
    refresh,
    show(chosen) {
      names = chosen.slice(0, 8);
      card.hidden = !names.length;
      if (names.length) refresh();
      else answer = null;
    },
  };
}
