// The memorisation meter: which spans of the text stand word for word in the training or in the validation text.

/** The spans of at least the chosen length, longest first. */
function spansOf(branch) {
  const least = +find('.copied-least').value;
  return (branch?.copied?.spans ?? []).filter((span) => span.end - span.start >= least);
}

/** The share of the written tokens that lie in spans of one part. */
function copiedShare(branch, part) {
  const inside = new Set();
  for (const span of spansOf(branch)) {
    if (span.part === part) for (let i = span.start; i < span.end; i++) if (!tokens[i].by) inside.add(i);
  }
  return inside.size / Math.max(1, tokens.filter((token) => !token.by).length);
}

/** Underline the copied spans and say how much they make up. */
function markCopied(branch) {
  const meter = find('.copied');
  meter.hidden = !branch?.copied;
  for (const marked of strip.querySelectorAll('.copied-train, .copied-val')) marked.classList.remove('copied-train', 'copied-val');
  if (meter.hidden) return;
  for (const span of spansOf(branch)) {
    for (let i = span.start; i < span.end; i++) strip.children[i].classList.add(`copied-${span.part}`);
  }
  const least = find('.copied-least').value;
  setText(find('.copied-length'), least);
  setText(find('.copied-train-share'), percent(copiedShare(branch, 'train')));
  setText(find('.copied-val-share'), percent(copiedShare(branch, 'val')));
  const { train_loss: train, val_loss: val } = branch.copied;
  setText(find('.copied-gap'), train == null ? '' : `Loss: training ${fmt.loss(train)}, validation ${fmt.loss(val)}, gap ${fmt.loss(val - train)}.`.replace('-', '−'));
}

find('.copied-least').addEventListener('input', () => {
  markCopied(desk.branches[desk.view]);
  drawPanel(desk, tokens, opened);
});

/** Once a text stands still, ask where it was copied from; the answer goes into the log. */
async function lookUp(branch) {
  if (!branch?.end || branch.copied || branch.asked === tokens.length) return;
  branch.asked = tokens.length;
  const { run, step } = desk.head;
  const answer = await server.copied({ run, step, ids: tokens.map((token) => token.i) });
  const unchanged = !isBusy() && desk.branches[desk.view] === branch && branch.asked === tokens.length;
  if (answer && !answer.error && unchanged) note({ kind: 'copied', branch: branch.id, ...answer });
}
