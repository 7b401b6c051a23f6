// One line plot: axes, grid, lines, marks and a cursor that the mouse, a finger or the arrow keys move.
// It keeps its nodes and only changes their attributes, so nothing flickers. Widgets that want it name it in `scripts`.

/**
 * makePlot(host, {label, height, xTitle, yFormat, onCursor, …}) → {draw(picture), cursor(x)}
 *
 * A picture is {series: [{name, colour, x, y, kind}], xRange, xWhole, yRange, log, top: {per, title}, marks, pin}.
 * `kind` is a class: 'thin', 'bold' or 'dash'. `top` is a second axis, `per` its units in one of the first. `marks` are
 * [{x, y, colour, title}]; `pin` is an x value that stays marked.
 */
function makePlot(host, options) {
  const svg = svgNode('svg', { class: 'plot', role: 'img', tabindex: '0', 'aria-label': options.label }, host);
  const layer = (name) => svgNode('g', { class: name, 'aria-hidden': 'true' }, svg);
  const grid = layer('plot-grid');
  const clip = `clip-${Math.random().toString(36).slice(2)}`;
  const clipBox = svgNode('rect', {}, svgNode('clipPath', { id: clip }, svg));
  const pinLine = svgNode('line', { class: 'plot-pin', visibility: 'hidden' }, svg);
  const cursorLine = svgNode('line', { class: 'plot-cursor', visibility: 'hidden' }, svg);
  const lines = svgNode('g', { 'clip-path': `url(#${clip})` }, svg);
  const marks = layer('plot-marks');
  const dots = layer('plot-dots');
  const paths = new Map();
  let picture = null;
  let scale = null;
  let cursorAt = null;

  function measure() {
    const width = Math.max(160, host.clientWidth);
    const height = options.height(width);
    const small = options.small;
    const edge = {
      left: small ? 44 : 46,
      right: small ? 8 : 20,
      top: picture.top ? 40 : small ? 8 : 12,
      bottom: small ? 20 : 40,
    };
    return { width, height, edge };
  }

  function range() {
    if (picture.yRange) return picture.yRange;
    let low = Infinity;
    let high = -Infinity;
    for (const { y } of picture.series) {
      for (const value of y) {
        if (value == null || !isFinite(value) || (picture.log && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (low > high) return picture.log ? [0.1, 1] : [0, 1];
    if (options.fromZero) low = Math.min(0, low);
    if (high - low < 1e-9 * Math.abs(high) || high === low) {
      const room = Math.abs(high) * 0.1 || 1;
      return [options.fromZero && low === 0 ? 0 : low - room, high + room];
    }
    if (picture.log) return [low / 1.05, high * 1.05];
    // Outward to the next round number: the axis moves rarely, and then by a whole tick.
    const marksAt = ticks(low, high, options.small ? 3 : 7);
    const step = marksAt.length > 1 ? marksAt[1] - marksAt[0] : high - low;
    return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  }

  function draw(next) {
    picture = next ?? picture;
    if (!picture || !host.isConnected || !host.clientWidth) return;
    const { width, height, edge } = measure();
    setAttrs(svg, { viewBox: `0 0 ${width} ${height}`, width, height });
    const [x0, x1] = picture.xRange;
    const [y0, y1] = range();
    const lift = picture.log ? Math.log : (value) => value;
    const sx = (value) => edge.left + ((value - x0) / (x1 - x0 || 1)) * (width - edge.left - edge.right);
    const sy = (value) =>
      height - edge.bottom - ((lift(value) - lift(y0)) / (lift(y1) - lift(y0) || 1)) * (height - edge.top - edge.bottom);
    scale = { sx, sy, x0, x1, width, height, edge };
    setAttrs(clipBox, {
      x: edge.left, y: edge.top - 4, width: width - edge.left - edge.right + 4, height: height - edge.top - edge.bottom + 8,
    });
    drawAxes(y0, y1);
    drawLines();
    drawMarks();
    cursor(cursorAt);
  }

  function drawAxes(y0, y1) {
    const { sx, sy, x0, x1, width, height, edge } = scale;
    const bottom = height - edge.bottom;
    const made = [];
    const text = (attrs) => made.push(svgNode('text', attrs));
    const yTicks = picture.log ? logTicks(y0, y1) : ticks(y0, y1, options.small ? 2 : 7);
    for (const value of yTicks) {
      made.push(svgNode('line', { x1: edge.left, x2: width - edge.right, y1: sy(value), y2: sy(value) }));
      text({ x: edge.left - 8, y: sy(value) + 4, 'text-anchor': 'end', text: options.yFormat(value) });
    }
    const room = Math.max(2, Math.floor((width - edge.left - edge.right) / (options.small ? 70 : 64)));
    const xTicks = ticks(x0, x1, Math.min(room, 10), picture.xWhole);
    for (const value of xTicks) {
      text({ x: sx(value), y: bottom + (options.small ? 15 : 18), 'text-anchor': 'middle', text: fmt.short(value) });
    }
    made.push(svgNode('line', { class: 'plot-axis', x1: edge.left, x2: width - edge.right, y1: bottom, y2: bottom }));
    if (options.xTitle) {
      text({ class: 'plot-title', x: width - edge.right, y: height - 6, 'text-anchor': 'end', text: picture.xTitle ?? options.xTitle });
    }
    if (picture.top) {
      const { per } = picture.top; // units of the second axis in one of the first
      for (const value of per ? ticks(x0 * per, x1 * per, Math.min(room, 7)) : []) {
        const x = sx(value / per);
        made.push(svgNode('line', { class: 'plot-tick', x1: x, x2: x, y1: edge.top - 4, y2: edge.top }));
        text({ x, y: edge.top - 8, 'text-anchor': 'middle', text: fmt.short(value) });
      }
      made.push(svgNode('line', { class: 'plot-axis', x1: edge.left, x2: width - edge.right, y1: edge.top, y2: edge.top }));
      text({ class: 'plot-title', x: width - edge.right, y: 11, 'text-anchor': 'end', text: picture.top.title });
    }
    grid.replaceChildren(...made);
  }

  function drawLines() {
    const seen = new Set();
    for (const line of picture.series) {
      const key = line.name;
      seen.add(key);
      if (!paths.has(key)) paths.set(key, svgNode('path', { fill: 'none' }, lines));
      setAttrs(paths.get(key), { class: `plot-line plot-${line.kind ?? 'bold'}`, d: pathOf(line), style: `stroke:${line.colour}` });
    }
    for (const [key, path] of paths) {
      if (seen.has(key)) continue;
      path.remove();
      paths.delete(key);
    }
  }

  function pathOf({ x, y }) {
    const { sx, sy } = scale;
    let path = '';
    let down = false;
    for (let i = 0; i < x.length; i++) {
      const value = y[i];
      if (value == null || !isFinite(value) || (picture.log && value <= 0)) {
        down = false;
        continue;
      }
      path += `${down ? 'L' : 'M'}${sx(x[i]).toFixed(1)} ${sy(value).toFixed(1)}`;
      down = true;
    }
    if (x.length === 1 && down) path += 'h0.01'; // a single point shows as a dot
    return path;
  }

  function drawMarks() {
    const { sx, sy, height, edge } = scale;
    marks.replaceChildren(
      ...(picture.marks ?? []).map(({ x, y, colour, title }) => {
        const mark = svgNode('g', {});
        svgNode('circle', { cx: sx(x), cy: sy(y), r: 4.5, style: `stroke:${colour}` }, mark);
        svgNode('title', { text: title }, mark);
        return mark;
      }),
    );
    const pinned = picture.pin != null && picture.pin >= scale.x0 && picture.pin <= scale.x1;
    setAttrs(pinLine, { visibility: pinned ? 'visible' : 'hidden' });
    if (pinned) setAttrs(pinLine, { x1: sx(picture.pin), x2: sx(picture.pin), y1: edge.top, y2: height - edge.bottom });
  }

  /** Show the cursor at an x value, or nowhere. */
  function cursor(at) {
    cursorAt = at;
    if (!scale) return;
    const { sx, sy, height, edge } = scale;
    setAttrs(cursorLine, { visibility: at == null ? 'hidden' : 'visible' });
    dots.replaceChildren();
    if (at == null) return;
    setAttrs(cursorLine, { x1: sx(at), x2: sx(at), y1: edge.top, y2: height - edge.bottom });
    for (const line of picture.series) {
      if (line.kind === 'thin') continue;
      const i = nearest(line.x, at);
      if (i < 0 || line.y[i] == null) continue;
      svgNode('circle', { cx: sx(line.x[i]), cy: sy(line.y[i]), r: 3.5, style: `fill:${line.colour}` }, dots);
    }
  }

  function fromPointer(event) {
    if (!scale || !picture.series.some(({ x }) => x.length)) return;
    const box = svg.getBoundingClientRect();
    const { x0, x1, width, edge } = scale;
    const share = (((event.clientX - box.left) / box.width) * width - edge.left) / (width - edge.left - edge.right);
    options.onCursor?.(snap(x0 + Math.min(1, Math.max(0, share)) * (x1 - x0)));
  }

  /** The x value of a point that is really there. */
  function snap(at) {
    const longest = picture.series.reduce((best, line) => (line.x.length > best.x.length ? line : best));
    const i = nearest(longest.x, at);
    return i < 0 ? null : longest.x[i];
  }

  svg.addEventListener('pointermove', fromPointer);
  svg.addEventListener('pointerdown', fromPointer);
  svg.addEventListener('pointerleave', () => options.onCursor?.(null));
  svg.addEventListener('blur', () => options.onCursor?.(null));
  svg.addEventListener('keydown', (event) => {
    if (!scale || !['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Escape'].includes(event.key)) return;
    if (!picture.series.some(({ x }) => x.length)) return;
    event.preventDefault();
    const { x0, x1 } = scale;
    const from = cursorAt ?? x1;
    const to = {
      ArrowLeft: from - (x1 - x0) / 50, ArrowRight: from + (x1 - x0) / 50, Home: x0, End: x1, Escape: null,
    }[event.key];
    options.onCursor?.(to == null ? null : snap(to));
  });
  new ResizeObserver(() => draw()).observe(host);
  return { draw, cursor, svg };
}

/** Index of the value in sorted `values` that lies nearest to `at`; -1 for none. */
function nearest(values, at) {
  if (!values.length) return -1;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low > 0 && at - values[low - 1] < values[low] - at ? low - 1 : low;
}

/** Round numbers for a logarithmic axis: 1, 2 and 5 times a power of ten. */
function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const lead of [1, 2, 5]) {
      const value = +(lead * 10 ** power).toPrecision(6);
      if (value >= low && value <= high) found.push(value);
    }
  }
  return found;
}
