// Helpers that stand before every widget's script. No user text ever passes through innerHTML: nodes are built here.

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML node with attributes, properties for `text` and `on…`, and children. */
function node(tag, attrs = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (name === 'text') made.textContent = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** An SVG node, appended to `parent` where there is one. */
function svgNode(tag, attrs = {}, parent = null) {
  const made = document.createElementNS(SVG, tag);
  setAttrs(made, attrs);
  parent?.appendChild(made);
  return made;
}

/** Set attributes; `text` sets the text. */
function setAttrs(target, attrs) {
  for (const [name, value] of Object.entries(attrs)) {
    if (name === 'text') target.textContent = value;
    else target.setAttribute(name, value);
  }
}

/** Write text only where it changed, so that nothing flickers. */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** About `count` round numbers in [low, high]; `whole` keeps them integers. */
function ticks(low, high, count, whole = false) {
  if (!(high > low)) return [low];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  let step = power * (lead > 5 ? 10 : lead > 2 ? 5 : lead > 1 ? 2 : 1);
  if (whole) step = Math.max(1, Math.round(step));
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-9; value += step) {
    found.push(+value.toPrecision(12));
  }
  return found;
}

/** Numbers as people read them. */
const fmt = {
  /** 1234567 → 1,234,567 */
  whole: (value) => (value == null || !isFinite(value) ? '–' : Math.round(value).toLocaleString('en-US')),
  /** 1234567 → about 1.23 M */
  about: (value) => `about ${fmt.short(value)}`,
  /** 1234567 → 1.23 M */
  short: (value) => {
    if (value == null || !isFinite(value)) return '–';
    const size = Math.abs(value);
    if (size >= 1e9) return `${+(value / 1e9).toPrecision(3)} B`;
    if (size >= 1e6) return `${+(value / 1e6).toPrecision(3)} M`;
    if (size >= 1e4) return `${+(value / 1e3).toPrecision(3)} k`;
    return size < 10 ? String(+value.toPrecision(2)) : fmt.whole(value);
  },
  /** 3.14159 → 3.142 */
  loss: (value) => (value == null || !isFinite(value) ? '–' : value.toFixed(3)),
  /** 0.0004 → 4e-4 where that is shorter */
  rate: (value) => {
    if (value == null || !isFinite(value)) return '–';
    if (value === 0) return '0';
    const plain = String(+value.toPrecision(3));
    return value >= 0.01 && plain.length <= 6 ? plain : value.toExponential(2).replace(/\.?0+e/, 'e');
  },
  /** 95 → 1 min 35 s */
  time: (seconds) => {
    if (seconds == null || !isFinite(seconds)) return '–';
    if (seconds < 0.1) return `${+(1000 * seconds).toPrecision(2)} ms`;
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
    if (whole < 86400) return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
    return `${(whole / 86400).toFixed(1)} days`;
  },
  /** 123456789 → 123 MB */
  bytes: (value) => {
    if (value == null || !isFinite(value)) return '–';
    for (const [unit, size] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]]) {
      if (value >= size) return `${(value / size).toPrecision(3)} ${unit}`;
    }
    return `${value} B`;
  },
  /** 3 → 3 batches */
  batches: (value) => `${fmt.whole(value)} ${value === 1 ? 'batch' : 'batches'}`,
  /** 0.1234 → 12.3 % */
  percent: (share) => (share == null || !isFinite(share) ? '–' : `${(100 * share).toFixed(1)} %`),
};

/** White space and other characters without a shape made visible, for tokens. */
const visible = (text) =>
  text.replace(/\n/g, '↵').replace(/\t/g, '⇥').replace(/ /g, '·')
    .replace(/[\p{Cc}\p{Cf}\p{Z}]/gu, (sign) => `⟨${sign.codePointAt(0).toString(16).toUpperCase()}⟩`);

/** Names of the runs this browser has had to do with, `added` among them: a public server shows it no others. */
function knownRuns(added) {
  let names = [];
  try {
    names = JSON.parse(localStorage.getItem('pg-runs') ?? '[]');
    if (added && !names.includes(added)) {
      names = [...names, added].slice(-100);
      localStorage.setItem('pg-runs', JSON.stringify(names));
    }
  } catch {
    // no storage: what the address holds is all there is
  }
  return added && !names.includes(added) ? [...names, added] : names;
}

/** The JSON of a value, or null. */
function parse(value) {
  if (!value) return null;
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return null;
  }
}
