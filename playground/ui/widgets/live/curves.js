// The curves of one training: both losses over epochs with tokens seen on top, and three small plots beneath.
// All share one cursor; its values are read in the line above, which keeps its place.

const TRAIN = 'var(--pg-1)';
const VAL = 'var(--pg-2)';
const KEEP_POINTS = 1200;

/** The record of a run as the page holds it: columns of steps, rows of evaluations. */
function makeRecord() {
  return {
    steps: { step: [], epoch: [], loss: [], lr: [], grad_norm: [], tokens_per_s: [] },
    evals: [],
    samples: [],
    notes: [],
    sitting: null,
    lr: null, // what the learning rate was last changed to

    /** Take in what the server sent; `cut` undoes what lies beyond a step. */
    add(news) {
      if (news.cut != null) this.cut(news.cut);
      if (news.sitting) this.sitting = news.sitting;
      this.lr = news.lr ?? this.lr;
      for (const name of Object.keys(this.steps)) this.steps[name].push(...news.steps[name]);
      if (this.steps.step.length > KEEP_POINTS) this.halve();
      this.evals.push(...news.evals);
      this.samples.push(...news.samples);
      this.notes.push(...news.notes);
    },

    cut(step) {
      const keep = this.steps.step.filter((at) => at <= step).length;
      for (const column of Object.values(this.steps)) column.length = keep;
      for (const rows of [this.evals, this.samples]) {
        while (rows.length && rows.at(-1).step > step) rows.pop();
      }
    },

    /** Every two points become their mean; the last of the two gives step and epoch. */
    halve() {
      const exact = new Set(['step', 'epoch', 'lr']);
      for (const [name, column] of Object.entries(this.steps)) {
        const halved = [];
        for (let i = 0; i < column.length; i += 2) {
          const pair = column.slice(i, i + 2);
          halved.push(exact.has(name) ? pair.at(-1) : pair.reduce((sum, value) => sum + value, 0) / pair.length);
        }
        this.steps[name] = halved;
      }
    },
  };
}

/** An exponential mean that remembers about `memory` steps, however many of them one point stands for. */
function smooth(at, values, memory) {
  const smoothed = [];
  let mean = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    if (!isFinite(values[i] ?? NaN)) {
      smoothed.push(null);
      continue;
    }
    const keep = (1 - 1 / memory) ** Math.max(1, at[i] - (at[i - 1] ?? at[i] - 1));
    mean = keep * mean + (1 - keep) * values[i];
    weight = keep * weight + (1 - keep);
    smoothed.push(mean / weight);
  }
  return smoothed;
}

/** Where validation was best, and in words what it has done since; null before the first evaluation. */
function verdict(evals) {
  const known = evals.filter((row) => row.val_loss != null);
  if (!known.length) return null;
  const best = known.reduce((low, row) => (row.val_loss < low.val_loss ? row : low));
  const since = known.slice(known.indexOf(best) + 1);
  const last = known.at(-1);
  const worse = since.slice(-3).every((row) => row.val_loss > best.val_loss * 1.005);
  if (since.length >= 3 && worse && last.train_loss < best.train_loss) {
    return {
      best,
      memorising: true,
      text: `Memorising since epoch ${epochText(best.epoch)}: the training loss falls on, but the validation loss has risen `
        + `from ${fmt.loss(best.val_loss)} to ${fmt.loss(last.val_loss)}.`,
    };
  }
  const text = known.length < 3
    ? 'Both losses are measured at every evaluation, with dropout off.'
    : since.length < 3
      ? `Still learning: validation was best at epoch ${epochText(best.epoch)}, with ${fmt.loss(best.val_loss)}.`
      : `Validation was best at epoch ${epochText(best.epoch)}, with ${fmt.loss(best.val_loss)}, and has hardly moved since.`;
  return { best, memorising: false, text };
}

const epochText = (epoch) => (Math.abs(epoch - Math.round(epoch)) < 0.005 ? String(Math.round(epoch)) : epoch.toFixed(epoch < 10 ? 2 : 1));

/** Where the axis of epochs ends: at the planned end, or nearer while a long training has hardly begun. */
function horizon(planned, seen) {
  if (planned <= 30 || seen > planned / 4) return Math.max(planned, seen);
  const power = 10 ** Math.floor(Math.log10(Math.max(2 * seen, 1)));
  return Math.min(planned, power * [1, 2, 5, 10].find((lead) => lead * power >= 2 * seen));
}

/** makeCurves(root) draws a record into the `.cv` figure of a template. */
function makeCurves(root) {
  const find = (name) => root.querySelector(`.cv-${name}`);
  const readings = Object.fromEntries(['where', 'thin', 'smooth', 'train', 'val'].map((name) => [name, find(`r-${name}`)]));
  let shown = null;
  let at = null;

  const onCursor = (x) => {
    at = x;
    for (const plot of plots) plot.cursor(x);
    read();
  };
  const losses = makePlot(find('losses'), {
    label: 'Training and validation loss over epochs',
    height: (width) => (width < 520 ? 240 : 320),
    yFormat: (value) => String(value),
    xTitle: 'Epochs',
    fromZero: true,
    onCursor,
  });
  const small = ['lr', 'grad', 'speed'].map((name) =>
    makePlot(find(name), {
      label: find(name).dataset.label,
      height: () => 92,
      yFormat: name === 'lr' ? fmt.rate : fmt.short,
      small: true,
      fromZero: true,
      onCursor,
    }),
  );
  const plots = [losses, ...small];

  function draw(record, { epochs, pin }) {
    const { steps, evals, sitting } = record;
    const perEpoch = sitting ? sitting.tokens_per_step * sitting.steps_per_epoch : 0;
    const xRange = [0, horizon(epochs || 1, steps.epoch.at(-1) ?? 0)];
    const evalX = evals.map((row) => row.epoch);
    const found = verdict(evals);
    const memory = Math.min(50, Math.max(3, (sitting?.total_steps ?? 0) / 40));
    shown = { record, smoothed: smooth(steps.step, steps.loss, memory) };
    losses.draw({
      xRange,
      xWhole: xRange[1] >= 2,
      top: { title: 'Tokens seen', per: perEpoch },
      series: [
        { name: 'each step', kind: 'thin', colour: TRAIN, x: steps.epoch, y: steps.loss },
        { name: 'smoothed', kind: 'faint', colour: TRAIN, x: steps.epoch, y: shown.smoothed },
        { name: 'training', kind: 'bold', colour: TRAIN, x: evalX, y: evals.map((row) => row.train_loss) },
        { name: 'validation', kind: 'dash', colour: VAL, x: evalX, y: evals.map((row) => row.val_loss) },
      ],
      marks: found
        ? [{ x: found.best.epoch, y: found.best.val_loss, colour: VAL, title: `Best validation loss: ${fmt.loss(found.best.val_loss)}` }]
        : [],
      pin,
    });
    const columns = [steps.lr, steps.grad_norm, steps.tokens_per_s];
    small.forEach((plot, i) => {
      plot.draw({ xRange, xWhole: true, series: [{ name: 'value', colour: 'var(--pg-6)', x: steps.epoch, y: columns[i] }] });
    });
    setText(find('verdict'), found?.text ?? 'The curve begins with the first steps.');
    find('verdict').classList.toggle('cv-memorising', Boolean(found?.memorising));
    losses.svg.setAttribute('aria-label', `Training and validation loss over epochs. ${found?.text ?? ''}`);
    read();
  }

  /** Write the values at the cursor, or the latest. */
  function read() {
    if (!shown) return;
    const { steps, evals } = shown.record;
    const i = at == null ? steps.epoch.length - 1 : nearest(steps.epoch, at);
    const j = at == null ? evals.length - 1 : nearest(evals.map((row) => row.epoch), at);
    const row = evals[j];
    setText(readings.where, i < 0 ? '' : `${at == null ? 'Now' : 'At'} epoch ${epochText(steps.epoch[i])}, step ${fmt.whole(steps.step[i])}`);
    setText(readings.thin, fmt.loss(steps.loss[i]));
    setText(readings.smooth, fmt.loss(shown.smoothed[i]));
    setText(readings.train, fmt.loss(row?.train_loss));
    setText(readings.val, fmt.loss(row?.val_loss));
    setText(find('v-lr'), fmt.rate(steps.lr[i]));
    setText(find('v-grad'), steps.grad_norm[i] == null ? '–' : steps.grad_norm[i].toFixed(2));
    setText(find('v-speed'), fmt.whole(steps.tokens_per_s[i]));
  }

  return { draw, cursor: onCursor };
}
