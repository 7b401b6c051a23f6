// The address holds what differs from the chapter's state; nothing is asked of the server.

const root = element.querySelector('.address');
const part = (name) => root.querySelector(name);
let timer = 0;
let first = true;

function address(state) {
  const changed = Object.entries(state).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(defaults[name]));
  const page = new URL(location.href);
  if (changed.length) page.searchParams.set('lab', JSON.stringify(Object.fromEntries(changed)));
  else page.searchParams.delete('lab');
  return page;
}

/** Browsers limit how often an address may change: it follows when the hand rests. */
function write() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const state = parse(props.value);
    if (state) history.replaceState(history.state, '', address(state));
  }, 250);
}

function change(state) {
  props.value = JSON.stringify(state);
  trigger('input');
  write();
}

part('.reset').addEventListener('click', () => {
  change(structuredClone(defaults));
  setText(part('.done'), 'The chapter\'s settings are back.');
});
part('.copy').addEventListener('click', async () => {
  const text = String(address(parse(props.value)));
  try {
    await navigator.clipboard.writeText(text);
    setText(part('.done'), 'Copied.');
  } catch {
    history.replaceState(history.state, '', text);
    setText(part('.done'), 'The browser does not let us copy; the address bar holds it.');
  }
});
part('.quick').append(...quick.map(({ label, state }) => node('button', {
  type: 'button', text: label, onclick: () => change({ ...parse(props.value), ...structuredClone(state) }),
})));

watch('value', () => {
  if (!first) setText(part('.done'), '');
  first = false;
  write();
});
