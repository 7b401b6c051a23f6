// Write, Stop, Continue, and taking another token. What is pressed shows at once; the server's first line confirms it.

let stopping = false;

function send(event) {
  if (isBusy()) return;
  asked = true;
  stopping = false;
  desk.error = '';
  draw(false);
  trigger(event);
}

find('.desk-write').addEventListener('click', () => {
  opened = -1;
  send('write');
});
find('.desk-more').addEventListener('click', () => send('more'));

/** Take token `id` at place `at`: the server goes on from there on a new branch. */
function ask(at, id) {
  if (isBusy()) return;
  note({ kind: 'ask', branch: desk.view, at, id });
  send('ask');
}

find('.desk-stop').addEventListener('click', () => {
  stopping = true;
  drawActions();
});

function drawActions() {
  const busy = isBusy();
  const stop = find('.desk-stop');
  const hadFocus = document.activeElement;
  find('.desk-write').hidden = busy;
  stop.hidden = !busy;
  stop.disabled = stopping;
  find('.desk-more').disabled = busy || !tokens.length;
  if (busy && hadFocus === find('.desk-write')) stop.focus();
  if (!busy && hadFocus === stop) find('.desk-write').focus();
  setText(find('.desk-error'), desk.error);
  if (!busy) stopping = false;
  if (stopping && desk.job) server.stop(desk.job);
}
