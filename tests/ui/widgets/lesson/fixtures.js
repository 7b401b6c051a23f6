// Lessons for the tests.

/** @typedef {import('/widgets/lesson/lesson_text.js').Lesson} Lesson */

/** @param {Partial<Lesson>} change @returns {Lesson} */
export const lessonOf = (change) => ({
  id: 'one', title: 'First', tab: 'train', question: 'How many?', guess: { answers: ['two', 'three'], right: 1 }, answer: 'Three.',
  why: 'Because of the third.', task: 'Count to 3.', done: { parameter: 'moment', min: 3 }, place: { run: 'tale' },
  parameters: { moment: '1' }, hide: ['settings'], conceal: ['verdict'], read: '', look: '', ...change,
});

export const LESSONS = [
  lessonOf({}),
  lessonOf({ id: 'two', title: 'Second', tab: 'decoding', guess: { right: 43, near: 5, unit: 'draws', max: 100 }, parameters: { lab: '{"seed":7}' } }),
  lessonOf({ id: 'three', title: 'Third', guess: { step: 5, near: 1, last: 9 }, done: null, hide: [] }),
];
