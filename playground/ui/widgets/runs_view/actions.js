// What can be done with one run. No DOM here.

/** @typedef {import('./columns.js').Run} Run */

/**
 * The buttons of the bar, by the name in their `data-do`.
 * @typedef {'resume' | 'stop' | 'follow' | 'best' | 'last' | 'fork' | 'rename' | 'pin' | 'download' | 'page' | 'delete'} Action
 */

/**
 * Which buttons are hidden and which are disabled for a run.
 * @param {Run} run
 * @param {boolean} isPublic  whether strangers use the server: then runs keep their names
 * @returns {{ hidden: Set<Action>, disabled: Set<Action> }}
 */
export function unavailable(run, isPublic) {
  /** @type {[Action, boolean][]} */
  const hidden = [
    ['resume', run.state === 'running' || run.state === 'queued' || run.state === 'completed'],
    ['stop', !run.live],
    ['rename', isPublic],
  ];
  const isUntrained = run.step === 0 && run.best_val_loss == null;
  /** @type {[Action, boolean][]} */
  const disabled = [
    ['rename', run.live],
    ['delete', run.live || run.pinned],
    ['download', run.state === 'running'],
    ['page', isUntrained],
    ['best', isUntrained],
    ['last', isUntrained],
    ['fork', isUntrained],
  ];
  return { hidden: setOf(hidden), disabled: setOf(disabled) };
}

/** What is said about a run below its buttons. @param {Run} run */
export function aboutText({ parent, live, message }) {
  return [parent && `Forked from ${parent}.`, !live && message].filter(Boolean).join(' ');
}

/** @param {[Action, boolean][]} conditions */
const setOf = (conditions) => new Set(conditions.flatMap(([action, holds]) => (holds ? [action] : [])));
