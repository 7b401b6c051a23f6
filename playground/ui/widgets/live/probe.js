// A slider through the training: what the model held likeliest after `start_context`, and what it wrote, at each moment.

const PROBE_ROWS = 10;

/** makeProbe(root, {onMoment}) draws a record's evaluations; `onMoment(epoch)` tells where the slider stands, or null. */
function makeProbe(root, { onMoment }) {
  const find = (name) => root.querySelector(`.pb-${name}`);
  const slider = find('slider');
  const rows = Array.from({ length: PROBE_ROWS + 1 }, (_, i) => {
    const row = {
      word: node('span', { class: 'pb-word' }),
      bar: node('span', { class: 'pb-bar' }),
      share: node('span', { class: 'pb-share' }),
    };
    row.line = node('li', { class: i === PROBE_ROWS ? 'pb-rest' : '' }, row.word, node('span', { class: 'pb-track' }, row.bar), row.share);
    find('rows').append(row.line);
    return row;
  });
  let record = null;
  let follows = true; // the slider stays at the newest moment until it is moved
  let begins = '';

  slider.addEventListener('input', () => {
    follows = +slider.value === +slider.max;
    show();
    onMoment(follows ? null : record.evals[+slider.value]?.epoch ?? null);
  });

  function draw(next, startContext) {
    if (next !== record) follows = true;
    record = next;
    begins = startContext ?? '';
    const last = Math.max(0, record.evals.length - 1);
    slider.max = last;
    if (follows || +slider.value > last) slider.value = last;
    slider.disabled = last === 0;
    setText(find('context'), begins);
    show();
  }

  function show() {
    const row = record.evals[+slider.value];
    setText(find('moment'), row ? `Step ${fmt.whole(row.step)}, epoch ${epochText(row.epoch)}` : 'Not yet evaluated');
    slider.setAttribute('aria-valuetext', find('moment').textContent);
    const shares = row?.probe ?? [];
    let rest = 1;
    for (let i = 0; i < PROBE_ROWS; i++) {
      const [word, share] = shares[i] ?? ['', null];
      rest -= share ?? 0;
      fill(rows[i], visible(word), share);
    }
    fill(rows[PROBE_ROWS], shares.length ? 'all others' : '', shares.length ? Math.max(0, rest) : null);
    const sample = row && record.samples.filter((made) => made.step <= row.step).at(-1);
    showSample(sample, row);
  }

  function fill({ word, bar, share }, text, value) {
    setText(word, text);
    bar.style.transform = `scaleX(${value ?? 0})`;
    setText(share, value == null ? '' : fmt.percent(value));
  }

  function showSample(sample, row) {
    const next = record.samples.find((made) => row && made.step > row.step);
    setText(find('when'), sample ? `Written after epoch ${epochText(sample.epoch)}` : 'Nothing written yet');
    const box = find('sample');
    if (!sample) {
      box.replaceChildren(node('span', { class: 'pb-none', text: next ? 'The first sample comes later in this run.' : 'The model writes a sample after every epoch.' }));
      return;
    }
    const given = sample.text.startsWith(begins) ? begins : '';
    box.replaceChildren(node('span', { class: 'pb-given', text: given }), node('span', { text: sample.text.slice(given.length) }));
  }

  return { draw };
}
