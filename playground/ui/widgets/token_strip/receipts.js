// The text out of the page, and back in: copied, as code that writes it again, or as a receipt.

const plainText = () => tokens.map((token) => token.t).join('');

async function takeOut(kind) {
  const made = kind === 'text' ? { text: plainText() } : await server.receipt({ log: desk.raw });
  return handOut(kind, made, `${desk.head.run}-${desk.head.step}`);
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
  const receipt = await file.text();
  note({ kind: 'restore', receipt });
  send('restore');
  if (parse(receipt)?.beams) document.querySelector('[data-tab-id=beams]').click();
});
