// One row a stage, one column a token, read downwards: what the stage cut (hatched), raised (dotted), lowered (hollow).

const HEIGHTS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1]; // what a full column stands for; few, so that it seldom jumps

function waterfall(host) {
  const body = node('div', { class: 'falls', role: 'table', 'aria-label': 'What every stage does, one row a stage' });
  host.append(body);

  function cell(was, now, cut, scale) {
    const rise = (p) => Math.min(100, 100 * p / scale);
    const low = rise(Math.min(was, now));
    const kind = cut ? 'gone' : now > was ? 'up' : 'down';
    return node('span', { class: cut ? 'cell cross' : 'cell' },
      node('i', { class: 'kept', style: `height:${low}%` }),
      node('i', { class: kind, style: `bottom:${low}%;height:${rise(Math.max(was, now)) - low}%` }));
  }

  function sentence(step, unit) {
    if (step.start) return `${plural(step.kept, unit)} in play`;
    const parts = [];
    if (step.cut_count) parts.push(`cuts ${plural(step.cut_count, unit)}, ${share(step.cut_mass)}`);
    if (step.moved > 0) parts.push(`moves ${share(step.moved)}`);
    return parts.join('; ') || 'changes nothing here';
  }

  function line(step, previous, scale, unit) {
    const says = sentence(step, unit);
    const cells = step.p.map((p, i) => cell(previous ? previous.p[i] : p, p, step.cut[i], scale));
    return node('div', { class: 'fall', role: 'row' },
      node('span', { class: 'stage', role: 'rowheader' },
        node('b', { text: step.label }), node('small', { text: step.setting })),
      node('span', { class: 'cells', role: 'cell', 'aria-label': says }, ...cells),
      node('span', { class: 'says', role: 'cell' }, node('span', { class: 'what', text: says }),
        node('span', { class: 'bits', text: `${step.entropy.toFixed(3)} bits = ${choices(step.choices)} choices` })));
  }

  return function draw(picture) {
    const unit = picture.kind === 'toy' ? 'word' : 'token';
    const names = picture.rows.map((row) => visible(row.word));
    if (picture.tail.count) names.push('others');
    body.style.setProperty('--columns', names.length);
    body.classList.toggle('many', names.length > 10);
    const most = Math.max(...picture.steps.flatMap((step) => step.p));
    const scale = HEIGHTS.find((height) => most <= height * 1.0001);
    const lines = picture.steps.map((step, n) => line(step, picture.steps[n - 1], scale, unit));
    const words = node('div', { class: 'fall words', 'aria-hidden': 'true' }, node('span', { class: 'stage' }),
      node('span', { class: 'cells' }, ...names.map((text) => node('span', { class: 'name', text }))), node('span'));
    body.replaceChildren(...lines, words);
  };
}
