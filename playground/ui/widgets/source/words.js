// The list of words with their logits. No DOM here.

import { plural } from '../lib/format.js';

/** @typedef {[word: string, logit: number]} Word */

/**
 * The list with one word or logit replaced.
 * @param {Word[]} words
 * @param {number} i
 * @param {Word} word
 */
export const withWord = (words, i, word) => words.map((old, j) => (i === j ? word : old));

/** @param {Word[]} words @param {number} i */
export const withoutWord = (words, i) => words.filter((_, j) => j !== i);

/** The list with a new word at its end, named so that it differs from all others. @param {Word[]} words @returns {Word[]} */
export function withNewWord(words) {
  let number = words.length + 1;
  while (words.some(([word]) => word === `word ${number}`)) number += 1;
  return [...words, [`word ${number}`, 0]];
}

/**
 * Why the word at place `i` cannot be called `text`; empty if it can.
 * @param {Word[]} words
 * @param {number} i
 * @param {string} text
 */
export function wordProblem(words, i, text) {
  if (!text) return 'A word needs a character.';
  return words.some(([word], j) => j !== i && word === text) ? 'This word is there already.' : '';
}

/** What the words are called in the choice of the source. @param {Word[]} words */
export const wordsName = (words) => (words.length === 9 ? 'Nine words' : plural(words.length, 'word'));
