// While it learned: the scores of all heads over the steps of the run, and the steps at which heads appear.

import { part, setText } from '../lib/dom.js';
import { whole } from '../lib/format.js';
import { ask } from '../lib/host.js';
import { Plot } from '../lib/plot/plot.js';
import { isUsable } from '../lib/problem.js';
import { askUntilDone } from '../lib/unfinished.js';
import { appeared, appearedSentence } from './words.js';

/** @typedef {import('./words.js').HeadHistory} HeadHistory */
/** @typedef {'induction' | 'previous'} Kind */

const TITLES = { induction: 'Induction', previous: 'Previous token' };
const KINDS = /** @type {Kind[]} */ (['induction', 'previous']);

/**
 * The lines of all heads; those that are clear at the end are bold.
 * @param {HeadHistory} history
 * @param {Kind} kind
 */
export function linesOf(history, kind) {
  const named = new Set(appeared(history, kind).map(({ layer, head }) => `${layer}.${head}`));
  const first = history[kind][0] ?? [];
  return first.flatMap((heads, layer) => heads.map((_, head) => {
    const isNamed = named.has(`${layer}.${head}`);
    return {
      name: `${layer}.${head}`, x: history.steps, y: history[kind].map((scores) => scores[layer][head]),
      colour: isNamed ? 'var(--pg-text)' : 'var(--pg-line-strong)',
      kind: /** @type {import('../lib/plot/plot_geometry.js').Series['kind']} */ (isNamed ? 'bold' : 'thin'),
    };
  }));
}

export class LearnedView {
  #root;
  #server;
  #plots;
  /** @type {HeadHistory | null} */ #history = null;
  #run = '';
  #loaded = '';
  #step = 0;

  /** @param {HTMLElement} root @param {Record<string, import('../lib/host.js').ServerFunction>} server @param {(step: number) => void} pick */
  constructor(root, server, pick) {
    this.#root = root;
    this.#server = server;
    const options = { height: () => 170, xTitle: 'Steps', small: false, fromZero: true, yFormat: (/** @type {number} */ y) => y.toFixed(1) };
    const nearest = (/** @type {number} */ x) => {
      const steps = this.#history?.steps ?? [];
      pick(steps.reduce((best, step) => (Math.abs(step - x) < Math.abs(best - x) ? step : best), steps[0]));
    };
    this.#plots = Object.fromEntries(KINDS.map((kind) => [kind, new Plot(part(root, `.in-${kind}`), {
      ...options, label: `${TITLES[kind]} score of every head over the steps`, onPick: nearest,
    })]));
    part(root, '.in-cancel').addEventListener('click', async () => {
      const run = this.#run;
      this.#run = '';
      part(root, '.in-busy').hidden = true;
      await ask(server.cancel_history, { run });
    });
  }

  /** Show a run, with a step marked. @param {string} run */
  async load(run) {
    if (!run || run === this.#loaded) return;
    this.#run = run;
    const busy = part(this.#root, '.in-busy');
    /** @type {import('../lib/host.js').Reply<HeadHistory> | null} */
    const answer = await askUntilDone(this.#server.history, { run }, (progress) => {
      busy.hidden = this.#run !== run;
      part(busy, 'progress', HTMLProgressElement).value = progress;
      return this.#run === run;
    });
    if (this.#run !== run) return;
    busy.hidden = true;
    if (!answer || !isUsable(answer, part(this.#root, '.in-learned-problem'))) return;
    this.#loaded = run;
    this.#history = answer;
    this.mark(this.#step);
  }

  /** Mark a step in the charts. @param {number} step */
  mark(step) {
    this.#step = step;
    const history = this.#history;
    if (!history || this.#loaded !== this.#run) return;
    const { steps } = history;
    const full = part(this.#root, '.in-learned-full');
    full.hidden = steps.length < 2;
    if (steps.length < 2) {
      const problem = part(this.#root, '.in-learned-problem');
      setText(problem, 'This run kept the weights of one step only. Train one yourself: it keeps copies while it trains, and these lines show when heads appear.');
      problem.hidden = false;
      return;
    }
    for (const kind of KINDS) {
      setText(part(this.#root, `.in-${kind}-say`), appearedSentence(history, kind));
      const marks = appeared(history, kind).map(({ layer, head, step: x }) => ({
        x, y: history[kind][steps.indexOf(x)][layer][head], colour: 'var(--pg-text)', title: `Layer ${layer}, head ${head}: from step ${whole(x)} on`,
      }));
      this.#plots[kind].draw({ series: linesOf(history, kind), xRange: [steps[0], steps[steps.length - 1]], pin: step, marks, levels: [{ y: 0.4, text: 'named' }] });
    }
  }
}
