// A lesson of a teacher's own: checked, and as compact JSON in the page's address. No DOM here.

import { parse } from '../lib/host.js';

/**
 * What the learner guesses: one of `answers`; a number; a place on the chart of the training, as a step; or nothing.
 * @typedef {{ answers: string[], right: number | null }} Choice
 * @typedef {{ right: number, near: number, unit: string, max: number }} NumberGuess
 * @typedef {{ step: number, near: number, last: number }} PlaceGuess
 */

/**
 * One lesson; playground/ui/lessons/lesson.py says what each field means.
 * @typedef {object} Lesson
 * @property {string} id
 * @property {string} title
 * @property {string} tab
 * @property {string} question
 * @property {Choice | NumberGuess | PlaceGuess | null} guess
 * @property {string} answer
 * @property {string} why
 * @property {string} task
 * @property {import('./condition.js').Condition | null} done
 * @property {{ run?: string, step?: string, prompt?: string }} place
 * @property {Record<string, string>} parameters
 * @property {string[]} hide
 * @property {string[]} conceal
 * @property {string} read
 * @property {string} look
 */

/**
 * What a teacher enters.
 * @typedef {object} Draft
 * @property {string} question
 * @property {string[]} answers  empty ones are left out
 * @property {number} right  index in `answers`; -1 for none
 * @property {string} why
 * @property {string[]} hide
 */

export const MOST_ANSWERS = 5;
export const LONGEST = { question: 400, answer: 120, why: 400 };
export const LONGEST_LINK = 8000; // some programs cut longer addresses off

/** What a lesson can hide, and how the form names it. @type {Record<string, string>} */
export const HIDEABLE = { settings: 'The settings', tabs: 'The other tabs', run: 'Run and step', verdict: 'The sentence below the loss curve, until the answer' };

const UNREADABLE = 'The lesson in this address cannot be read: it may have been cut off. Ask for the link again.';

/**
 * The lesson as a text for the address; or in one sentence what is missing.
 * @param {Draft} draft
 * @returns {{ text: string, error?: undefined } | { error: string }}
 */
export function lessonText(draft) {
  const question = draft.question.trim();
  const why = draft.why.trim();
  const given = draft.answers.map((answer, i) => ({ text: answer.trim(), isRight: i === draft.right })).filter(({ text }) => text);
  const right = given.findIndex(({ isRight }) => isRight);
  const error = problem(question, given.map(({ text }) => text), right, why);
  if (error) return { error };
  const answers = given.length ? { a: given.map(({ text }) => text), r: right } : {};
  return { text: JSON.stringify({ q: question, ...answers, w: why, ...(draft.hide.length && { h: draft.hide }) }) };
}

/**
 * @param {string} question
 * @param {string[]} answers
 * @param {number} right
 * @param {string} why
 */
function problem(question, answers, right, why) {
  if (!question) return 'The question is missing; write one.';
  if (question.length > LONGEST.question) return tooLong('The question', question, LONGEST.question);
  if (answers.length === 1) return 'One answer leaves nothing to choose; give two or more, or none.';
  const long = answers.find((answer) => answer.length > LONGEST.answer);
  if (long) return tooLong('An answer', long, LONGEST.answer);
  if (answers.length && right < 0) return 'No answer is marked as the right one; mark one.';
  if (!why) return 'The sentence of why is missing; the lesson ends with it.';
  return why.length > LONGEST.why ? tooLong('The sentence of why', why, LONGEST.why) : '';
}

/** @param {string} what @param {string} text @param {number} most */
const tooLong = (what, text, most) => `${what} has ${text.length} characters; shorten it to ${most}.`;

/**
 * The whole link with the lesson in it; or a sentence if it is too long.
 * @param {string} address  of the page as it is
 * @param {string} text
 * @returns {{ link: string, error?: undefined } | { error: string }}
 */
export function lessonLink(address, text) {
  const link = new URL(address);
  link.searchParams.set('lesson', text);
  if (link.href.length <= LONGEST_LINK) return { link: link.href };
  return {
    error: `The link would have ${link.href.length.toLocaleString('en')} characters, and ${LONGEST_LINK.toLocaleString('en')} fit: `
      + 'shorten the prompt, the laboratory\'s words, or the texts here.',
  };
}

/**
 * Read a lesson from an address. Anybody can write anything there: what is no lesson is refused with a sentence.
 * @param {string} text
 * @returns {{ lesson: Lesson, error?: undefined } | { error: string }}
 */
export function readLesson(text) {
  const found = text.length <= LONGEST_LINK ? parse(text) : null;
  if (!found || typeof found !== 'object' || Array.isArray(found)) return { error: UNREADABLE };
  const { q: question, a: answers = [], r: right = -1, w: why, h: hide = [] } = found;
  const areTexts = [question, why].every((each) => typeof each === 'string') && isListOfTexts(answers) && isListOfTexts(hide);
  if (!areTexts || !Number.isInteger(right) || right >= answers.length || answers.length > MOST_ANSWERS) return { error: UNREADABLE };
  if (problem(question, answers, right, why)) return { error: UNREADABLE };
  const known = hide.filter((/** @type {string} */ name) => Object.hasOwn(HIDEABLE, name));
  return { lesson: { ...EMPTY, question, guess: answers.length ? { answers, right } : null, why, ...split(known) } };
}

/** The verdict is the answer: it is shown with it. @param {string[]} names */
const split = (names) => ({ hide: names.filter((name) => name !== 'verdict'), conceal: names.filter((name) => name === 'verdict') });

/** @param {unknown} list */
const isListOfTexts = (list) => Array.isArray(list) && list.every((each) => typeof each === 'string');

/** @type {Lesson} */
const EMPTY = {
  id: '', title: '', tab: '', question: '', guess: null, answer: '', why: '', task: '', done: null,
  place: {}, parameters: {}, hide: [], conceal: [], read: '', look: '',
};
