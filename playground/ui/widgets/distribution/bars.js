// The candidates before and after the stages: one row a token with two bars and two numbers, the tail, and the sum.

const DECADES = 6; // the log scale runs from one in a million to one

function bars(host) {
  const list = node('ol', { class: 'bars', 'aria-label': 'Probabilities before and after the stages' });
  const axis = node('div', { class: 'axis', 'aria-hidden': 'true' });
  const head = node('div', { class: 'row head', 'aria-hidden': 'true' },
    node('span', { class: 'word', text: '' }), node('span'),
    node('span', { class: 'num', text: 'before' }), node('span', { class: 'num', text: 'after' }));
  host.append(head, list, node('div', { class: 'row foot' }, node('span'), axis));
  const rows = [];

  function makeRow() {
    const row = {
      word: node('span', { class: 'word' }),
      before: node('i', { class: 'before' }),
      after: node('i', { class: 'after' }),
      why: node('em', { class: 'why' }),
      first: node('span', { class: 'num' }),
      second: node('span', { class: 'num strong' }),
    };
    const track = node('span', { class: 'track' }, row.before, row.after, row.why);
    row.item = node('li', {}, row.word, track, row.first, row.second);
    return row;
  }

  function show(row, token, length) {
    const flags = ['cut', 'tail', 'sum', 'pinned'].filter((flag) => token[flag]);
    row.item.className = ['row', ...flags].join(' ');
    setText(row.word, token.label);
    row.word.title = 'id' in token ? `${token.word} (token ${token.id})` : '';
    row.before.style.width = token.sum ? '0%' : `${length(token.before)}%`;
    row.after.style.width = token.sum ? '0%' : `${length(token.after)}%`;
    setText(row.why, token.cut ? `cut by ${token.cut}` : '');
    setText(row.first, share(token.before));
    setText(row.second, share(token.after));
  }

  return function draw(picture, log) {
    const length = log
      ? (p) => 100 * Math.max(0, 1 + Math.log10(Math.max(p, 1e-300)) / DECADES)
      : (p) => 100 * Math.min(1, p / picture.scale);
    const shown = picture.rows.map((row) => ({ ...row, label: visible(row.word) }));
    if (picture.tail.count) shown.push({ ...picture.tail, label: `${fmt.whole(picture.tail.count)} others`, tail: true });
    const whole = (which) => shown.reduce((sum, token) => sum + token[which], 0);
    shown.push({ label: 'sum', sum: true, before: whole('before'), after: whole('after') });
    while (rows.length > shown.length) rows.pop().item.remove();
    while (rows.length < shown.length) {
      rows.push(makeRow());
      list.append(rows.at(-1).item);
    }
    shown.forEach((token, i) => show(rows[i], token, length));
    const marks = log ? [0, 2, 4, 6].map((d) => [100 * d / DECADES, 100 * 10 ** (d - DECADES)])
      : [0, 0.25, 0.5, 0.75, 1].map((x) => [100 * x, 100 * x * picture.scale]);
    host.style.setProperty('--spaces', marks.length - 1);
    host.classList.toggle('wide-words', picture.kind !== 'toy');
    axis.replaceChildren(...marks.map(([x, value]) =>
      node('span', { style: `left:${x}%`, text: `${+value.toPrecision(3)} %` })));
  };
}
