// Cards: predict first, then look. What was predicted stays in the browser.

const root = element.querySelector('.exercises');

/** Set the panel, and go to the part of it where the answer shows. */
function setUp(state, place) {
  props.value = JSON.stringify({ ...parse(props.value), ...structuredClone(state) });
  trigger('input');
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  document.getElementById(place)?.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'center' });
}

/** The form of a prediction: its node, whether it is complete, and its answers as texts. */
function prediction({ kind, labels, options, unit }, card) {
  if (kind === 'numbers') {
    const boxes = labels.map((label) => node('input', { type: 'number', min: 0, max: 1000, 'aria-label': `${label}: ${unit}` }));
    return {
      form: node('div', { class: 'form' }, ...labels.map((label, i) => node('label', {}, `${label} `, boxes[i])), node('span', { class: 'unit', text: unit })),
      answers: () => boxes.map((box) => box.value),
    };
  }
  const groups = labels.map((label, i) => options.map((option) => node('input', { type: 'radio', name: `${card}-${i}`, value: option })));
  return {
    form: node('div', { class: 'form choices' }, ...labels.map((label, i) => node('fieldset', {}, node('legend', { text: label }),
      ...groups[i].map((radio) => node('label', {}, radio, ` ${radio.value}`))))),
    answers: () => groups.map((group) => group.find((radio) => radio.checked)?.value ?? ''),
  };
}

function makeCard(card) {
  const id = `card-${card.number}-${Math.random().toString(36).slice(2)}`;
  const asked = prediction(card.predict, id);
  const hint = node('p', { class: 'hint', role: 'status' });
  const result = node('div', { class: 'result', hidden: true });
  const look = node('button', { type: 'button', class: 'look', text: 'Now look', onclick: async () => {
    const answers = asked.answers();
    if (answers.some((answer) => answer === '')) {
      setText(hint, 'Predict first: a guess is enough.');
      return;
    }
    setText(hint, '');
    const answer = await server.exercise({ number: card.number });
    if (!usable(answer, hint)) return;
    hint.hidden = false;
    const table = node('table');
    const { labels, expected } = card.predict;
    if (!expected) {
      fillTable(table, [answer.head[0], 'you said', ...answer.head.slice(1)], answer.rows.map(([name, ...rest], i) => [name, answers[i], ...rest]));
      result.replaceChildren(table);
    } else {
      const right = labels.filter((_, i) => answers[i] === expected[i]).length;
      const yours = node('table');
      fillTable(yours, ['', 'you said', 'expected', ''], labels.map((label, i) => [label, answers[i], expected[i], answers[i] === expected[i] ? '✓' : '≠']));
      fillTable(table, answer.head, answer.rows);
      for (const cell of table.querySelectorAll('tr > :last-child')) cell.classList.toggle('prose', answer.rows[0].at(-1).length > 20);
      result.replaceChildren(node('p', { text: `${right} of ${labels.length} as expected.` }), yours, table);
    }
    result.append(node('p', { class: 'why', text: card.why }));
    result.hidden = false;
  } });
  return node('article', { 'aria-labelledby': id },
    node('h4', { id }, node('span', { class: 'number', text: card.number }), ` ${card.title}`),
    node('p', { class: 'question', text: card.question }), asked.form,
    node('div', { class: 'buttons' }, look), hint, result,
    node('div', { class: 'buttons ups' }, node('span', { text: 'Set the panel:' }), ...card.set_ups.map(({ label, state }) =>
      node('button', { type: 'button', text: label, onclick: () => setUp(state, card.place) }))));
}

root.append(...cards.map(makeCard));
