// Toy words with their logits, or a run, a step and a prompt: whatever changes here changes the state.

const root = element.querySelector('.source');
const part = (name) => root.querySelector(name);
const radios = [...root.querySelectorAll('input[type="radio"]')];
const live = part('[aria-live]');
const name = `source-${Math.random().toString(36).slice(2)}`; // radios and the list of runs need a name of their own
const known = node('datalist', { id: name });
let state = null;
let runs = [];

radios.forEach((radio) => radio.setAttribute('name', name));
part('.run').setAttribute('list', name);
root.append(known);
part('.top').append(...[10, 20, 30, 50].map((count) => node('option', { value: count, text: `top ${count}` })));

function commit(changes) {
  Object.assign(state, changes);
  props.value = JSON.stringify(state);
  trigger('input');
}

/** Let typing rest before a model is asked. */
function typed(input, act, rest_ms = 350) {
  let timer = 0;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(act, rest_ms);
  });
}

// ---- the words ------------------------------------------------------------------------------------------------------

function wordRow([word, logit], i) {
  const text = node('input', { class: 'word', value: word, maxlength: 40, 'aria-label': `word ${i + 1}`, spellcheck: 'false' });
  const number = node('input', { type: 'number', value: logit, step: 'any', min: -1000, max: 1000, 'aria-label': `logit of ${word}` });
  text.addEventListener('input', () => {
    const twice = state.words.some(([other], j) => j !== i && other === text.value);
    text.setCustomValidity(!text.value ? 'A word needs a character.' : twice ? 'This word is there already.' : '');
    if (text.reportValidity()) setWord(i, [text.value, state.words[i][1]]);
  });
  number.addEventListener('input', () => {
    if (number.checkValidity() && number.value !== '') setWord(i, [state.words[i][0], number.valueAsNumber]);
  });
  const out = node('button', {
    type: 'button', text: '×', title: `take ${word} out`, 'aria-label': `take ${word} out`, disabled: state.words.length === 1,
    onclick: () => {
      commit({ words: state.words.filter((_, j) => j !== i) });
      fillWords();
      setText(live, `${word} taken out.`);
      (part('tbody').children[Math.min(i, state.words.length - 1)]?.querySelector('button') ?? part('.add')).focus();
    },
  });
  return node('tr', {}, node('td', {}, text), node('td', {}, number), node('td', {}, out));
}

function setWord(i, pair) {
  commit({ words: state.words.map((old, j) => (i === j ? pair : old)) });
}

function fillWords() {
  part('tbody').replaceChildren(...state.words.map(wordRow));
  setText(part('summary'), `${plural(state.words.length, 'word')}, their logits, the text so far: edit`);
  part('.add').disabled = state.words.length >= 40;
}

part('.add').addEventListener('click', () => {
  let number = state.words.length + 1;
  while (state.words.some(([word]) => word === `word ${number}`)) number += 1;
  commit({ words: [...state.words, [`word ${number}`, 0]] });
  fillWords();
  part('tbody tr:last-child input').select();
});
part('.back').addEventListener('click', () => {
  commit({ words: chapter });
  fillWords();
});

// ---- the model ------------------------------------------------------------------------------------------------------

const nameOfStep = (step) => `step ${fmt.whole(Number(step))}${step === '0' ? ', untrained' : ''}`;

function fillSteps() {
  const steps = runs.find((run) => run.name === state.run)?.steps ?? [];
  const choices = ['last', 'best', ...[...steps].reverse().map(String)];
  if (!choices.includes(String(state.step))) choices.push(String(state.step));
  part('.step').replaceChildren(...choices.map((step) =>
    node('option', { value: step, text: /\d/.test(step) ? nameOfStep(step) : `the ${step}` })));
  part('.step').value = String(state.step);
}

async function askRuns() {
  const answer = await server.runs({});
  runs = answer?.runs ?? [];
  known.replaceChildren(...runs.map((run) => node('option', { value: run.name })));
  part('.none').hidden = runs.length > 0 || state.run !== '';
  if (state.source === 'model' && !state.run && runs.length) {
    part('.run').value = runs[0].name;
    commit({ run: runs[0].name, step: 'last' });
  }
  fillSteps();
}

part('.run').addEventListener('change', () => {
  commit({ run: part('.run').value.trim(), step: 'last' });
  fillSteps();
});
part('.run').addEventListener('focus', askRuns);
part('.step').addEventListener('change', () => {
  const step = part('.step').value;
  commit({ step: /\d/.test(step) ? Number(step) : step });
});
part('.top').addEventListener('change', () => commit({ top: Number(part('.top').value) }));
typed(part('.find'), () => commit({ find: part('.find').value }));
typed(part('textarea'), () => commit({ prompt: part('textarea').value }));

// ---- which of the two -----------------------------------------------------------------------------------------------

function show() {
  radios.forEach((radio) => { radio.checked = radio.value === state.source; });
  part('.toy').hidden = state.source !== 'toy';
  part('.model').hidden = state.source !== 'model';
  part('.prompt').hidden = state.source === 'toy' && !part('details').open; // only penalties look at it
}

part('details').addEventListener('toggle', show);
radios.forEach((radio) => radio.addEventListener('change', () => {
  commit({ source: radio.value });
  show();
  if (radio.value === 'model') askRuns();
}));

function read() {
  const next = parse(props.value);
  if (!next) return;
  const editing = root.contains(document.activeElement);
  const newWords = !state || JSON.stringify(next.words) !== JSON.stringify(state.words);
  const wasModel = state?.source === 'model';
  state = next;
  if (newWords && !editing) fillWords();
  if (newWords && editing) setText(part('summary'), `${plural(state.words.length, 'word')}, their logits, the text so far: edit`);
  for (const [input, value] of [['.run', state.run], ['.find', state.find], ['textarea', state.prompt], ['.top', state.top]]) {
    if (document.activeElement !== part(input)) part(input).value = value;
  }
  show();
  fillSteps();
  if (state.source === 'model' && !wasModel) askRuns();
}
watch('value', read);
read();
