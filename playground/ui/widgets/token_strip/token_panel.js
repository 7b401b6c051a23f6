// The panel beside the sheet: one token opened, with what else could have stood there.

/** Show token `i`, or how to open one where `i` is −1. */
function drawPanel(desk, tokens, i) {
  const panel = element.querySelector('.token-panel');
  const token = tokens[i];
  panel.classList.toggle('open', !!token);
  if (!token) {
    const hint = tokens.length ? 'Press a word to see what else could have stood there, and to take it.' : 'A word that is pressed opens here: what else could have stood in its place, and how likely it was.';
    panel.replaceChildren(node('p', { class: 'panel-hint', text: hint }));
    return;
  }
  panel.replaceChildren(panelHead(token, i), ...(token.p == null ? [firstToken()] : [panelFacts(desk, token), panelChoices(desk, token, i)]), ...panelPlaces(desk, tokens, i));
  if (token.q != null) showStages(panel, i);
}

function panelHead(token, i) {
  const step = (label, sign, to) => node('button', { type: 'button', class: 'panel-step', 'aria-label': label, text: sign, onclick: () => open(to) });
  return node(
    'header',
    { class: 'panel-head' },
    node('h3', {}, node('span', { class: 'panel-token', text: nameOf(token.d ?? token.t) })),
    node('span', { class: 'panel-id', text: `token ${fmt.whole(i + 1)}, id ${token.i}` }),
    step('Previous token', '‹', i - 1),
    step('Next token', '›', i + 1),
    node('button', { type: 'button', class: 'panel-step', 'aria-label': 'Close', text: '×', onclick: closePanel }),
  );
}

const firstToken = () => node('p', { class: 'panel-hint', text: 'The first token of the prompt: nothing stands before it, so the model gave it no probability.' });

function panelFacts(desk, token) {
  const rows = [
    ['Probability', token.q == null ? percent(token.p) : `${percent(token.p)} → ${percent(token.q)}`, 'under the model → after temperature and top-k'],
    ['Rank', `${fmt.whole(token.r)} of ${fmt.whole(desk.head.vocab_size)}`, 'how many tokens were at least as likely'],
    ['Log probability', Math.log(token.p).toFixed(3).replace('-', '−'), 'natural logarithm, under the model'],
    ['Surprise', `${bits(token.p).toFixed(2)} bits`, 'how unexpected this token was'],
    ['Entropy', `${token.h.toFixed(2)} bits`, `as unsure as a choice among ${(2 ** token.h).toFixed(1)} equal tokens`],
  ];
  return node(
    'dl',
    { class: 'panel-facts' },
    ...rows.flatMap(([name, value, help]) => [node('dt', { text: name, title: help }), node('dd', { text: value, title: help })]),
  );
}

/** The alternatives: two bars each, before and after the stages; a press takes one and the text goes on from there. */
function panelChoices(desk, token, i) {
  const listed = token.a.some(([id]) => id === token.i) ? token.a : [...token.a, [token.i, token.d ?? token.t, token.p, token.q]];
  const rest = 1 - listed.reduce((sum, [, , p]) => sum + p, 0);
  const rows = listed.map(([id, text, p, q]) => choiceRow(desk, token, i, { id, text, p, q }));
  const others = desk.head.vocab_size - listed.length;
  return node(
    'section',
    { class: 'panel-choices', 'aria-label': 'Alternatives' },
    node('div', { class: 'choice-head', 'aria-hidden': 'true' }, node('span', { text: 'Instead' }), node('span', { text: 'model' }), node('span', { text: token.q == null ? '' : 'drawn from' })),
    node('ol', {}, ...rows),
    others > 0 && rest > 0 ? node('p', { class: 'panel-rest', text: `${fmt.whole(others)} other tokens share ${percent(rest)}.` }) : '',
  );
}

function choiceRow(desk, token, i, choice) {
  const here = choice.id === token.i;
  const words = node('span', { class: 'choice-text', text: nameOf(choice.text) });
  const bars = node('span', { class: 'choice-bars' });
  bars.append(node('i', { class: 'before', style: `width: ${100 * choice.p}%` }));
  if (choice.q != null) bars.append(node('i', { class: 'after', style: `width: ${100 * choice.q}%` }));
  const says = choice.q == null ? percent(choice.p) : `${percent(choice.p)} under the model, ${percent(choice.q)} after the stages`;
  const label = here ? `“${nameOf(choice.text)}”, the token in the text, ${says}` : `Take “${nameOf(choice.text)}” instead, ${says}`;
  const button = node(
    'button',
    { type: 'button', class: here ? 'choice here' : 'choice', 'aria-label': label, 'aria-current': here, disabled: here || isBusy(), title: here ? 'This is the token in the text.' : 'Take this one and go on from here.' },
    words,
    node('span', { class: 'choice-p', text: percent(choice.p) }),
    node('span', { class: 'choice-p', text: choice.q == null ? '' : choice.q > 0 ? percent(choice.q) : 'cut' }),
    bars,
  );
  if (!here) button.addEventListener('click', () => ask(i, choice.id));
  return node('li', {}, button);
}

/** Where the tokens around `i` stand in the training text, if they do. */
function panelPlaces(desk, tokens, i) {
  const spans = spansOf(desk.branches[desk.view]).filter((span) => span.start <= i && i < span.end);
  return spans.map((span) =>
    node(
      'section',
      { class: `panel-place ${span.part}` },
      node('h4', { text: `${span.end - span.start} tokens in a row stand in the ${span.part === 'val' ? 'validation' : 'training'} text` }),
      node('blockquote', {}, span.before, node('mark', { text: span.text }), span.after),
      node('p', { class: 'panel-rest', text: `From character ${fmt.whole(span.character + 1)} on.` }),
    ),
  );
}

/** Under the alternatives: what every stage did here. The server reads the text again for it, so it comes a moment later. */
async function showStages(panel, i) {
  const host = node('section', { class: 'panel-stages', 'aria-label': 'What the stages did' });
  panel.insertBefore(host, panel.querySelector('.panel-place'));
  const { run, step, weights } = desk.head;
  const n_prompt = tokens.filter((token) => token.by === 'prompt').length;
  const before = tokens.slice(0, i).map((token) => token.i);
  await new Promise((resolve) => setTimeout(resolve, 120)); // not for tokens that are only passed by
  if (!host.isConnected) return;
  const answer = await server.stages({ run, step, weights, before, n_prompt, settings: tokens[i].settings });
  if (!host.isConnected || !answer?.rows) return;
  const cells = ({ stage, kept, cut, mass, entropy, rescued }) => [
    node('th', { scope: 'row', text: stage, title: rescued ? 'It would have left nothing, so the likeliest token was kept.' : '' }),
    node('td', { text: fmt.whole(kept) }),
    node('td', { text: cut ? percent(mass) : '–' }),
    node('td', { text: entropy.toFixed(2) }),
  ];
  const titles = ['Stage', 'kept', 'cut', 'bits'].map((text) => node('th', { scope: 'col', text }));
  host.append(node('table', {}, node('thead', {}, node('tr', {}, ...titles)), node('tbody', {}, ...answer.rows.map((row) => node('tr', {}, ...cells(row))))));
}
