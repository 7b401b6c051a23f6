// What the views of the inside say in words. No DOM here.

import { signed, whole } from '../lib/format.js';
import { formatProbability, quoted, tokenName } from '../lib/shades.js';
import { partsSentence } from './parts_off.js';

/** @typedef {import('../lib/shades.js').Texts} Texts */

/**
 * What would be read out after a part of the model: the token's probability and rank, and the likeliest tokens.
 * @typedef {{ name: string, p: number, r: number, a: [name: string, p: number][] }} State
 */

/**
 * The server's answer for one place; see `describe_look` in `playground/evaluation/inside_reports.py`.
 * @typedef {object} Look
 * @property {{ id: number, name: string, p: number }} token
 * @property {number} start
 * @property {Texts[]} seen
 * @property {number} layers
 * @property {number} heads
 * @property {State[]} states
 * @property {number} columns  of a small picture
 * @property {string} thumbs  base64, one byte a column
 * @property {[place: number, share: number][][]} most
 * @property {number[]} row
 * @property {string} model
 * @property {number} step
 */

/** @typedef {{ names: string[][] }} Heads */
/** @typedef {{ layer: number | null, head: number | null }} Whose */
/** `rows`: name, probability with and without, whether it is the chosen token. @typedef {{ off: string, difference: number, p: [number, number], rows: [string, number, number, boolean][], gains: [string, number][] }} Effect */
/** @typedef {{ first: number, p: number[][], a: string[][] }} Picture */
/** `induction`, `previous`: steps × layers × heads. @typedef {{ steps: number[], induction: number[][][], previous: number[][][] }} HeadHistory */

export const WHY = {
  looked: 'Each head mixes into this place what stands at the places that it looks at, so the shade shows where information could '
    + 'come from. It does not prove that the word was chosen because of it: switch a part off to see what it causes.',
  layers: 'Every layer adds to one running state. Read out early, that state shows when this word took the lead. Early layers were '
    + 'never trained to be read this way, so take their words as a hint only.',
  off: 'A part that matters changes the probabilities when it is gone. This, and not the shade, shows cause.',
  learned: 'Induction copies: where the same token stood before, the head looks at what came after it. It needs a head in an earlier '
    + 'layer that looks at the token before, so both often appear together, and the loss falls.',
};

/** Named from this score on, as in `playground/evaluation/heads.py`. */
const NAMED_FROM = 0.4;

/** Whose attention is shown. @param {Whose} whose */
export function whoseName({ layer, head }) {
  if (layer === null) return 'all heads, mean';
  return head === null ? `layer ${layer}, mean` : `layer ${layer}, head ${head}`;
}

/** The places that were looked at most, most first. @param {number[]} row @param {number} count */
export const mostLooked = (row, count) =>
  row.map((share, place) => ({ place, share })).sort((a, b) => b.share - a.share).slice(0, count).filter(({ share }) => share > 0);

/** @param {Look} look @param {Whose} whose */
export function lookedSentence({ token, seen, row }, whose) {
  const most = mostLooked(row, 3).map(({ place, share }) => `${quoted(seen[place])} (${formatProbability(share)})`);
  const last = mostLooked(row, 1)[0]?.place === seen.length - 1 ? ', the place where it was itself' : '';
  const who = whose.layer === null ? 'the heads together' : whoseName(whose);
  return `Before saying “${tokenName(token.name)}”, ${who} looked most at ${most[0]}${last}${most.length > 1 ? `, then at ${most.slice(1).join(' and ')}` : ''}.`;
}

/** The name of a state, short. @param {string} name */
export const stateName = (name) => (name === 'embedding' ? 'embedding' : name.replace('layer ', ''));

/** When the token took the lead, in a sentence. @param {Look} look */
export function layersSentence({ token, states }) {
  const name = `“${tokenName(token.name)}”`;
  const last = states[states.length - 1];
  const leads = states.map((state) => state.r === 1);
  const since = leads.lastIndexOf(false) + 1;
  if (since < states.length) {
    const before = since > 0 ? ` Before that, “${tokenName(states[since - 1].a[0][0])}” led.` : '';
    return `${name} leads from ${after(states[since].name)} on, and ends at ${formatProbability(last.p)}.${before}`;
  }
  return `${name} ends at rank ${whole(last.r)} with ${formatProbability(last.p)}; “${tokenName(last.a[0][0])}” is likelier (${formatProbability(last.a[0][1])}).`;
}

const after = (/** @type {string} */ name) => (name === 'embedding' ? 'the embedding' : name.replace(/^layer (\d+) (.*)$/, 'the $2 of layer $1'));

/** What changes, in a sentence. @param {Effect} effect @param {Look} look */
export function effectSentence({ off, difference, p: [before, without], gains }, { token, seen }) {
  const name = `“${tokenName(token.name)}”`;
  if (!off) return `With the whole model ${name} has ${formatProbability(before)}. Switch something off.`;
  const change = difference < -0.005 ? 'falls' : difference > 0.005 ? 'rises' : 'hardly changes';
  const from = change === 'hardly changes' ? `, ${formatProbability(without)}` : ` from ${formatProbability(before)} to ${formatProbability(without)}`;
  const gained = gains.length ? ` ${quoted({ t: gains[0][0] })} gains most, ${formatProbability(gains[0][1])}.` : '';
  return `Without ${partsSentence(off, seen)}, ${name} ${change}${from} (log-probability ${difference < 0 ? '' : '+'}${signed(difference, 2)}).${gained}`;
}

/** A head for a screen reader. @param {Look} look @param {number} layer @param {number} head @param {string} name */
export function headLabel({ seen, most }, layer, head, name) {
  const [place, share] = most[layer][head];
  return `Layer ${layer}, head ${head}${name ? `, ${name}` : ''}: looks most at ${quoted(seen[place])}, ${formatProbability(share)}`;
}

/**
 * The heads whose score of a kind is clear at the end, with the step from which it stays so.
 * @param {HeadHistory} history
 * @param {'induction' | 'previous'} kind
 * @returns {{ layer: number, head: number, step: number }[]}
 */
export function appeared(history, kind) {
  const scores = history[kind];
  const last = scores[scores.length - 1] ?? [];
  return last.flatMap((heads, layer) => heads.flatMap((score, head) => {
    if (score < NAMED_FROM) return [];
    const since = scores.findLastIndex((step) => step[layer][head] < NAMED_FROM) + 1;
    return [{ layer, head, step: history.steps[since] }];
  })).sort((a, b) => a.step - b.step);
}

/** @param {HeadHistory} history @param {'induction' | 'previous'} kind */
export function appearedSentence(history, kind) {
  const what = kind === 'induction' ? 'induction' : 'previous-token';
  const found = appeared(history, kind);
  if (!found.length) return `No ${what} head: no score stays above ${NAMED_FROM} to the end.`;
  const each = found.slice(0, 4).map(({ layer, head, step }) => `layer ${layer}, head ${head} from step ${whole(step)} on`);
  const more = found.length > 4 ? `, and ${found.length - 4} more` : '';
  return `${found.length === 1 ? `One ${what} head` : `${found.length} ${what} heads`}: ${each.join('; ')}${more}.`;
}
