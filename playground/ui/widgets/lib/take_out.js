// Out of the page: into the clipboard, or into a file. The template has a `.receipt-note` for what is said of it.

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

/** Copy `made[kind]`, or save its `json` under a name; `made` may be an `error`, or nothing where no answer came. */
async function handOut(kind, made, name) {
  if (!made || made.error) return sayOnce(made?.error ?? 'The server did not answer; try again.');
  if (kind === 'save') {
    toFile(made.json, `${name}.receipt.json`);
    return sayOnce('Saved.');
  }
  await toClipboard(made[kind]);
  return sayOnce('Copied.');
}
