// The text out of the page, and back in: copied, as code that writes it again, or as a receipt.

const plainText = () => tokens.map((token) => token.t).join('');

/** Into the clipboard; pages that are not served securely may only do it the old way. */
async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = node('textarea', { style: 'position: fixed; opacity: 0' });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

function toFile(text, name) {
  const link = node('a', { href: URL.createObjectURL(new Blob([text], { type: 'application/json' })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function sayOnce(text) {
  setText(find('.receipt-note'), text);
  clearTimeout(sayOnce.timer);
  sayOnce.timer = setTimeout(() => setText(find('.receipt-note'), ''), 4000);
}

async function takeOut(kind) {
  const receipt = kind === 'text' ? { text: plainText() } : await server.receipt({ log: desk.raw });
  if (!receipt || receipt.error) return sayOnce(receipt?.error ?? 'The server did not answer; try again.');
  if (kind === 'save') {
    toFile(receipt.json, `${desk.head.run}-${desk.head.step}.receipt.json`);
    return sayOnce('Saved.');
  }
  await toClipboard(receipt[kind]);
  return sayOnce('Copied.');
}

for (const button of element.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', () => takeOut(button.dataset.copy));
}
find('.receipt-open').addEventListener('click', () => find('.receipt-file').click());
find('.receipt-file').addEventListener('change', async (event) => {
  const [file] = event.target.files;
  event.target.value = ''; // so that the same file can be opened again
  if (!file || isBusy()) return;
  if (file.size > 2e6) return sayOnce('This file is too large for a receipt; choose another one.');
  note({ kind: 'restore', receipt: await file.text() });
  send('restore');
});
