// The tour: which of its lessons this browser has done (the server does not know), and how the header asks for it.

const KEY = 'pg-lessons';

/** Raised on the window; `detail` is what is asked for. */
export const LESSON_EVENT = 'pg-lesson';

/** Ask for the tour, or for the form that makes a lesson. @param {'tour' | 'make'} detail */
export const askFor = (detail) => dispatchEvent(new CustomEvent(LESSON_EVENT, { detail }));

/** The ids of the lessons that were done. @returns {string[]} */
export function doneLessons() {
  try {
    const ids = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(ids) ? ids : [];
  } catch {
    return []; // storage is switched off, or damaged
  }
}

/** @param {string} id */
export function markDone(id) {
  const done = doneLessons();
  if (done.includes(id)) return;
  try {
    localStorage.setItem(KEY, JSON.stringify([...done, id]));
  } catch {
    // not remembered, then
  }
}

/** The lesson to open next: the first that was not done, the first of all after the whole tour. @param {string[]} ids */
export function nextLesson(ids) {
  const done = doneLessons();
  return ids.find((id) => !done.includes(id)) ?? ids[0];
}
