// The state of the decoding laboratory: the value that all its widgets share. No DOM here.

import { parse } from './host.js';

/**
 * One stage with its settings, each under its own name.
 * @typedef {{ name: string, on: boolean, [setting: string]: unknown }} StageEntry
 */

/**
 * `LabState` in playground/ui/tabs/decoding/state.py, which says what each field means.
 * @typedef {object} LabState
 * @property {'toy' | 'model'} source
 * @property {[word: string, logit: number][]} words
 * @property {string} run
 * @property {number | 'last' | 'best'} step
 * @property {string} prompt
 * @property {StageEntry[]} stages
 * @property {number} n
 * @property {number} seed
 * @property {number} top
 * @property {string} find
 * @property {string} follow
 * @property {boolean} log
 * @property {string[]} lessons
 */

/**
 * The state behind a widget's value; null for an empty or damaged one.
 * @param {{ value: string | null }} props
 * @returns {LabState | null}
 */
export const readState = (props) => parse(props.value);

/**
 * The state that a widget was made with; throws if there is none.
 * @param {{ value: string | null }} props
 * @returns {LabState}
 */
export function firstState(props) {
  const state = readState(props);
  if (!state) throw new Error('The widget was made without a state.');
  return state;
}

/**
 * Make `state` the widget's value and raise `input`, which passes it to the other widgets.
 * @param {Pick<import('./host.js').Host, 'props' | 'trigger'>} host
 * @param {LabState} state
 */
export function writeState({ props, trigger }, state) {
  props.value = JSON.stringify(state);
  trigger('input');
}

const isTemperature = (/** @type {StageEntry} */ { name }) => name === 'temperature';

/** The temperature that has an effect: that of the first temperature that is on, else 1. @param {LabState} state */
export function temperatureOf({ stages }) {
  const found = stages.find((stage) => isTemperature(stage) && stage.on);
  return found ? Number(found.temperature) : 1;
}

/**
 * The state with another temperature. Without one that is on, the first one that is off is used; without any, one is
 * added at the end.
 * @param {LabState} state
 * @param {number} temperature
 * @returns {LabState}
 */
export function withTemperature(state, temperature) {
  const { stages } = state;
  const isOn = stages.findIndex((stage) => isTemperature(stage) && stage.on);
  const i = isOn >= 0 ? isOn : stages.findIndex(isTemperature);
  const changed = i < 0
    ? [...stages, { name: 'temperature', on: true, temperature }]
    : stages.map((stage, j) => (j === i ? { ...stage, on: true, temperature } : stage));
  return { ...state, stages: changed };
}

/**
 * The lessons that are open after one was opened or closed; the one that was opened last is last.
 * @param {string[]} lessons
 * @param {string} name
 * @param {boolean} open
 */
export const withLesson = (lessons, name, open) => [...lessons.filter((other) => other !== name), ...(open ? [name] : [])];
