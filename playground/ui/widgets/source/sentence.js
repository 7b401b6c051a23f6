// The sentence that is continued, and who gives the logits for its next token. No DOM here.

import { whole } from '../lib/format.js';

/** @typedef {import('../lib/lab_state.js').LabState} LabState */

const MAX_SENTENCE_CHARS = 160; // more would push the bars out of sight

/** The end of the prompt that is shown. @param {Pick<LabState, 'prompt'>} state */
export const sentenceOf = ({ prompt }) => shortenedAtStart(prompt.trimEnd(), MAX_SENTENCE_CHARS);

/**
 * Where the logits come from, in a sentence.
 * @param {LabState} state
 * @param {{ chapter: LabState['words'], prompt: string }} book  the chapter's words and prompt
 */
export function originText({ source, words, prompt, run, step }, book) {
  if (source === 'toy') {
    const isChapter = JSON.stringify(words) === JSON.stringify(book.chapter);
    if (!isChapter) return 'Words and logits of your own; no model reads the sentence.';
    return prompt === book.prompt
      ? 'The chapter’s sentence, and its logits for nine words; no model reads it.'
      : 'The chapter’s logits for nine words; no model reads the sentence.';
  }
  if (!run) return '';
  const which = step === 'last' ? 'last step' : step === 'best' ? 'best step' : `step ${whole(step)}`;
  return `Read by ${run}, ${which}. “Every” and “every” are different tokens, so the guesses differ.`;
}

/**
 * A text without its beginning, cut between words where it can be.
 * @param {string} text
 * @param {number} most  characters
 */
export function shortenedAtStart(text, most) {
  if (text.length <= most) return text;
  const end = text.slice(-most);
  const space = end.search(/\s/);
  return `… ${end.slice(space < 0 || space > most / 2 ? 0 : space).trimStart()}`;
}
