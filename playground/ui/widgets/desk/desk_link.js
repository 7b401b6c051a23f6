// The settings of the Generate tab in the page's address. No DOM here. `tabs/generate/desk_link.py` reads them.

import { whole } from '../lib/format.js';
import { parse } from '../lib/host.js';
import { getParameter, setParameter } from '../lib/place.js';

/** The name of a step in a sentence. @param {string} step */
export const stepName = (step) => (/^\d+$/.test(step) ? `step ${whole(Number(step))}` : `${step} step`);

/** Values of fields by their names. @typedef {Record<string, unknown>} Values */

/**
 * What of `values` is not the default, as JSON; '' for nothing. An empty field is null.
 * @param {Values} values
 * @param {Values} defaults
 */
export function deskText(values, defaults) {
  const changed = Object.entries(values).filter(([name, value]) => plain(value) !== plain(defaults[name]));
  return changed.length ? JSON.stringify(Object.fromEntries(changed), (_, value) => orNull(value)) : '';
}

/** @param {unknown} value */
const plain = (value) => JSON.stringify(orNull(value));

/** @param {unknown} value */
const orNull = (value) => (value === '' || value === undefined ? null : value);

/** How long settings rest before they are written: browsers limit how often the address may change. */
const RESTED_MS = 300;

let timer = 0;

/**
 * Write the fields of the form to the address; the view that is open stays in it.
 * @param {string[]} names
 * @param {unknown[]} values  in the same order
 * @param {Values} defaults
 */
export function keepFields(names, values, defaults) {
  clearTimeout(timer);
  const write = () => keep(fieldsOf(names, values), defaults);
  timer = window.setTimeout(write, RESTED_MS);
}

/** Write the view that is open to the address; the fields stay in it. @param {string} view */
export function keepView(view) {
  const before = parse(getParameter('desk')) ?? {};
  setParameter('desk', deskText({ ...before, view }, { view: 'text' }));
}

/** @param {Values} fields @param {Values} defaults */
function keep(fields, defaults) {
  const { view = 'text' } = parse(getParameter('desk')) ?? {};
  setParameter('desk', deskText({ ...fields, view }, defaults));
}

/**
 * Fields by their names; the list of stages is written as the sampler reads it, where it is used at all.
 * @param {string[]} names
 * @param {unknown[]} values
 * @returns {Values}
 */
export function fieldsOf(names, values) {
  const { own_stages, stage_list, ...fields } = Object.fromEntries(names.map((name, i) => [name, values[i]]));
  return { ...fields, stages: own_stages ? JSON.stringify(parse(stage_list)?.stages ?? []) : null };
}
