// Lists of stages: adding, moving, removing, and the sentences that announce it. No DOM here.

/** @typedef {import('../lib/lab_state.js').StageEntry} StageEntry */

/**
 * One setting of a stage: the kind of its control and the bounds of its values.
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {string} help
 * @property {'number' | 'int' | 'number?' | 'int?' | 'ids' | 'biases'} kind  with a question mark it can be left out
 * @property {unknown} start  the value of a new stage
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [step]
 * @property {number} [soft_min]  where the slider starts, if not at `min`
 * @property {number} [soft_max]  where the slider ends, if not at `max`
 * @property {'log'} [scale]
 * @property {boolean} [of_vocabulary]  whether larger values than the vocabulary's size have no effect
 */

/** @typedef {{ label: string, help: string, about: string, fields: Field[] }} StageKind */

/**
 * What `make_catalogue` in playground/ui/tabs/decoding/stage_catalogue.py describes.
 * @typedef {object} Catalogue
 * @property {Record<string, StageKind>} stages
 * @property {Record<string, StageEntry[]>} orders  known orders
 * @property {Partial<import('../lib/lab_state.js').LabState>} lesson
 */

/**
 * A new stage with the settings it starts with.
 * @param {string} name
 * @param {Field[]} fields
 * @returns {StageEntry}
 */
export const newStage = (name, fields) =>
  ({ name, on: true, ...Object.fromEntries(fields.map((field) => [field.name, structuredClone(field.start)])) });

/**
 * The list with one stage moved; null if that is no change or there is no such place.
 * @param {StageEntry[]} stages
 * @param {number} from
 * @param {number} to
 */
export function withMoved(stages, from, to) {
  if (to < 0 || to >= stages.length || to === from) return null;
  const moved = withoutStage(stages, from);
  moved.splice(to, 0, stages[from]);
  return moved;
}

/** @param {StageEntry[]} stages @param {number} i */
export const withoutStage = (stages, i) => stages.filter((_, j) => j !== i);

/** Whether two lists have the same stages in the same order; settings may differ. @param {StageEntry[]} one @param {StageEntry[]} other */
export const haveSameOrder = (one, other) =>
  one.length === other.length && one.every(({ name }, i) => name === other[i].name);

/**
 * Give the stages of a list the settings of another with the same order. The entries stay the same objects, so that the
 * controls of a stage, and an answer that is still on its way, keep theirs.
 * @param {StageEntry[]} stages
 * @param {StageEntry[]} next
 */
export const takeSettings = (stages, next) => stages.map((entry, i) => Object.assign(entry, next[i]));

/** The name of a grip. @param {string} label @param {number} i @param {number} count */
export const gripLabel = (label, i, count) => `${label}, place ${i + 1} of ${count}: move with the arrow keys`;

/** @param {string} label @param {number} i @param {number} count */
export const movedText = (label, i, count) => `${label} is now stage ${i + 1} of ${count}.`;

/** @param {string} label @param {number} count */
export const addedText = (label, count) => `${label} added as stage ${count}.`;

/** @param {string} label */
export const removedText = (label) => `${label} taken out.`;

/**
 * Where a key moves a stage; undefined for a key that does not.
 * @param {string} key  as `KeyboardEvent.key` names it
 * @param {number} i
 * @param {number} count
 * @returns {number | undefined}
 */
export const placeAfterKey = (key, i, count) => ({ ArrowUp: i - 1, ArrowDown: i + 1, Home: 0, End: count - 1 })[key];
