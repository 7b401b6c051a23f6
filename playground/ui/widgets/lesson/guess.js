// What to say of a guess, once the answer is shown. No DOM here.

import { whole } from '../lib/format.js';

/** @typedef {import('./lesson_text.js').Lesson} Lesson */

/**
 * One sentence on a guess; '' where there was none.
 * @param {Lesson['guess']} asked
 * @param {number | null} guess  the index of an answer, a number, or a step
 */
export function onGuess(asked, guess) {
  if (!asked || guess === null) return '';
  if ('answers' in asked) {
    if (asked.right === guess) return 'Right.';
    return `You guessed “${asked.answers[guess]}”.`;
  }
  if ('step' in asked) return `${closeness(guess - asked.step, asked.near)}you chose step ${whole(guess)}.`.replace(/^you/, 'You');
  return `${closeness(guess - asked.right, asked.near)}you guessed ${whole(guess)}.`.replace(/^you/, 'You');
}

/** @param {number} distance @param {number} near */
function closeness(distance, near) {
  if (distance === 0) return 'Exactly: ';
  return Math.abs(distance) <= near ? 'Close: ' : '';
}

/**
 * The answer that a lesson ends with: the right one of its answers where it has no sentence of its own; '' where it
 * would be read from the page and is not there.
 * @param {Pick<Lesson, 'answer' | 'guess'>} lesson
 * @param {string} read  what stands on the page in place of `{}`
 */
export function answerText({ answer, guess }, read = '') {
  if (answer.includes('{}') && !read) return '';
  if (answer) return answer.replace('{}', () => read);
  return guess && 'answers' in guess && guess.right !== null ? guess.answers[guess.right] : '';
}

/** The step in the parameter `moment`, the last one where there is none. @param {string | null} moment @param {number} last */
export const stepOf = (moment, last) => (moment ? Number(moment) : last);
