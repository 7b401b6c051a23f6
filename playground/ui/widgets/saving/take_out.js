// Text out of the page: to the clipboard, or into a file.

import { node, saveFile, setText } from '../lib/dom.js';

/**
 * A text or a receipt in the forms in which it can be copied or saved, by the name of the form; or why there is none.
 * @typedef {{ text?: string, json?: string, python?: string, command?: string, page?: string, error?: string }} Forms
 */

/** @typedef {'text' | 'python' | 'command' | 'page' | 'save'} Action  the value of a button's `data-copy` */

/** @param {string} text */
async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = node('textarea', { style: 'position: fixed; opacity: 0' }); // a page that is not served securely
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  return area.remove();
}

/**
 * A function that shows a sentence in `target` for some seconds.
 * @param {HTMLElement} target
 * @param {number} [shown_ms]
 * @returns {(text: string) => void}
 */
export function briefNote(target, shown_ms = 4000) {
  let timer = 0;
  return (text) => {
    setText(target, text);
    clearTimeout(timer);
    timer = window.setTimeout(() => setText(target, ''), shown_ms);
  };
}

/**
 * Copy one form, or save the receipt as `<name>.receipt.json`, the page as `<name>.html`; `say` is called with what was done, or with the error.
 * @param {Action} action
 * @param {Forms} forms
 * @param {string} name
 * @param {(text: string) => void} say
 */
export async function takeOut(action, forms, name, say) {
  if (forms.error) return say(forms.error);
  if (action === 'save' || action === 'page') {
    if (action === 'save') saveFile(`${name}.receipt.json`, forms.json ?? '', 'application/json');
    else saveFile(`${name}.html`, forms.page ?? '', 'text/html');
    return say('Saved.');
  }
  await toClipboard(forms[action] ?? '');
  return say('Copied.');
}
