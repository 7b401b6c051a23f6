// What can be done with one run. No DOM here.

/** @typedef {import('./columns.js').Run} Run */

/**
 * The buttons of the bar, by the name in their `data-do`.
 * @typedef {'resume' | 'stop' | 'follow' | 'best' | 'last' | 'what_if' | 'fork' | 'rename' | 'pin' | 'download' | 'page' | 'delete'} Action
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
    ['resume', (run.live && run.may_control === false) || run.state === 'running' || run.state === 'queued' || run.state === 'completed'],
    ['stop', !run.live || run.may_control === false],
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
export function aboutText({ parent, live, message, may_control = true }) {
  const others = live && !may_control && 'Another visitor started this training.';
  return [parent && `Forked from ${parent}.`, !live && message, others].filter(Boolean).join(' ');
}

/** @param {[Action, boolean][]} conditions */
const setOf = (conditions) => new Set(conditions.flatMap(([action, holds]) => (holds ? [action] : [])));
