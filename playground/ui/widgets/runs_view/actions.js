// What can be done with one run. No DOM here.

/** @typedef {import('./columns.js').Run} Run */

/**
 * The buttons of the bar, by the name in their `data-do`.
 * @typedef {'resume' | 'stop' | 'follow' | 'best' | 'last' | 'what_if' | 'fork' | 'tune' | 'rename' | 'pin' | 'download' | 'hf' | 'book' | 'book-optimizer' | 'page' | 'delete'} Action
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
  const isUntrained = run.step === 0 && run.best_val_loss == null && !run.source;
  const isWithoutText = run.has_text === false;
  /** @type {[Action, boolean][]} */
  const disabled = [
    ['rename', run.live],
    ['delete', run.live || run.pinned],
    ['download', run.state === 'running'],
    ['page', isUntrained || isWithoutText],
    ['what_if', isWithoutText],
    ['follow', isWithoutText],
    ['best', isUntrained],
    ['last', isUntrained],
    ['fork', isUntrained || isWithoutText],
    ['tune', isUntrained],
    ['hf', isUntrained || run.state === 'running'],
    ['book', isUntrained || run.state === 'running'],
    ['book-optimizer', isUntrained || run.state === 'running'],
  ];
  return { hidden: setOf(hidden), disabled: setOf(disabled) };
}

/** What is said about a run below its buttons. @param {Run} run */
export function aboutText({ parent, live, message, may_control = true, source, has_text }) {
  const others = live && !may_control && 'Another visitor started this training.';
  return [parent && `Forked from ${parent}.`, source && has_text && `Its first weights are those of ${source}.`, !live && message, others].filter(Boolean).join(' ');
}

/** @param {[Action, boolean][]} conditions */
const setOf = (conditions) => new Set(conditions.flatMap(([action, holds]) => (holds ? [action] : [])));
