// The table in which words and logits are edited.

import { node, part, setText } from '../lib/dom.js';
import { withNewWord, withWord, withoutWord, wordProblem, wordsName } from './words.js';

/** @typedef {import('./source.js').Lab} Lab */
/** @typedef {import('./words.js').Word} Word */

/**
 * @typedef {object} Limits
 * @property {Word[]} chapter  the chapter's words
 * @property {number} max_words
 * @property {number} max_word_chars
 * @property {number} max_logit
 */

/**
 * Let the words of the state be edited in the table of `root`.
 * @param {HTMLElement} root
 * @param {Lab} lab
 * @param {Limits} limits
 * @returns {{ show: () => void, showName: () => void }}  draw the words anew, or only their number
 */
export function makeWordTable(root, lab, limits) {
  const body = part(root, 'tbody');
  const add = part(root, '.add', HTMLButtonElement);
  const words = () => lab.state().words;

  function show() {
    body.replaceChildren(...words().map(makeRow));
    showName();
    add.disabled = words().length >= limits.max_words;
  }

  const showName = () => setText(part(root, '.switch span'), wordsName(words()));

  function change(/** @type {Word[]} */ changed) {
    lab.change({ words: changed });
    show();
  }

  function makeRow(/** @type {Word} */ [word, logit], /** @type {number} */ i) {
    const text = node('input', {
      class: 'word', value: word, maxlength: limits.max_word_chars, 'aria-label': `word ${i + 1}`, spellcheck: 'false',
    });
    text.addEventListener('input', () => {
      text.setCustomValidity(wordProblem(words(), i, text.value));
      if (text.reportValidity()) lab.change({ words: withWord(words(), i, [text.value, words()[i][1]]) });
    });
    const number = node('input', {
      type: 'number', value: logit, step: 'any', min: -limits.max_logit, max: limits.max_logit, 'aria-label': `logit of ${word}`,
    });
    number.addEventListener('input', () => {
      if (number.value === '' || !number.checkValidity()) return;
      lab.change({ words: withWord(words(), i, [words()[i][0], number.valueAsNumber]) });
    });
    const label = `take ${word} out`;
    const remove = node('button', {
      type: 'button', text: '×', title: label, 'aria-label': label, disabled: words().length === 1,
      onclick: () => {
        change(withoutWord(words(), i));
        setText(part(root, '[aria-live]'), `${word} taken out.`);
        const next = body.children[Math.min(i, words().length - 1)];
        (next?.querySelector('button') ?? add).focus();
      },
    });
    return node('tr', {}, node('td', {}, text), node('td', {}, number), node('td', {}, remove));
  }

  add.addEventListener('click', () => {
    change(withNewWord(words()));
    part(body, 'tr:last-child input', HTMLInputElement).select();
  });
  part(root, '.back').addEventListener('click', () => change(limits.chapter));
  return { show, showName };
}
