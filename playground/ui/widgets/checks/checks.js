// Cards with the chapter's figures and exercises; each runs when its button is pressed.

import { fillTable, node, part, setText } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { goTo } from '../lib/place.js';
import { Plot } from '../lib/plot/plot.js';
import { isUsable } from '../lib/problem.js';
import { askUntilDone } from '../lib/unfinished.js';
import { continuedLines, continuedSentence, figureRows, figureSentence, lossRows, lossSentence } from './results.js';

/** @typedef {import('./results.js').Figure} Figure */
/** @typedef {import('./results.js').Continued} Continued */
/** @typedef {import('./results.js').PartLoss} PartLoss */
/** @typedef {{ name: string, title: string, asks: string, show: (result: HTMLElement, answer: any) => void }} Card */

const HEIGHT = 220;
const RUN = 'Check it here';

/** @type {Card[]} */
const CARDS = [
  {
    name: 'figures', title: 'The untrained model’s figures', show: showFigures,
    asks: 'Sections 5.1.1 and 5.1.2: what GPT_CONFIG_124M, drawn with seed 123, writes and loses on two sentences. It needs 2 GB of memory for ten seconds.',
  },
  {
    name: 'continue', title: '5.4 Save, load in a new session, train one more epoch', show: showContinued,
    asks: 'Does the loss go on where it stopped? A nano model is trained twice: in one piece, and saved before its last epoch.',
  },
  {
    name: 'gpt2-124M', title: '5.5 The published GPT-2 on The Verdict', show: showLosses,
    asks: 'The losses of the smallest published model, 124M, on both parts of the chapter’s text: the book finds 3.7548 and 3.5596.',
  },
  {
    name: 'gpt2-1558M', title: '5.6 The largest one', show: showLosses,
    asks: 'The same for 1558M: the book finds 3.3046 and 3.1195. Twelve times the weights, and a lower loss on a text that neither was trained on.',
  },
];

/** @param {import('../lib/host.js').Host} host */
export function mount({ element, server }) {
  part(element, '.ch-cards').append(...CARDS.map((card) => makeCard(card, server)));
}

/** @param {Card} card @param {import('../lib/host.js').Host['server']} server */
function makeCard({ name, title, asks, show }, server) {
  const button = node('button', { type: 'button', class: 'ch-b', text: RUN, 'aria-label': `${RUN}: ${title}` });
  const busy = node('progress', { max: 1, value: 0, 'aria-label': title, hidden: true });
  const problem = node('p', { class: 'ch-problem', role: 'alert', hidden: true });
  const result = node('div', { class: 'ch-result', hidden: true });
  let isWanted = false;

  function rest() {
    isWanted = false;
    busy.hidden = true;
    setText(button, RUN);
  }

  button.addEventListener('click', async () => {
    if (isWanted) {
      rest();
      await ask(server.cancel_check, { name });
      return;
    }
    isWanted = true;
    busy.hidden = false;
    busy.value = 0;
    setText(button, 'Cancel');
    const answer = await askUntilDone(server.check, { name }, (progress) => {
      busy.value = progress;
      return isWanted;
    });
    if (!answer || !isWanted) return;
    rest();
    result.hidden = !isUsable(answer, problem);
    if (!result.hidden) show(result, answer);
  });

  return node('article', { class: `ch-${name}` },
    node('div', { class: 'ch-top' }, node('div', {}, node('h4', { text: title }), node('p', { class: 'ch-asks', text: asks })), button),
    busy, problem, result);
}

/** @param {string[]} head @param {string[][]} rows */
function makeTable(head, rows) {
  const table = node('table');
  fillTable(table, head, rows);
  return node('div', { class: 'ch-scroll' }, table);
}

const said = (/** @type {string} */ text) => node('p', { class: 'ch-said', role: 'status', text });

/** @param {HTMLElement} result @param {{ rows: Figure[] }} answer */
function showFigures(result, { rows }) {
  result.replaceChildren(said(figureSentence(rows)), makeTable(['', 'the book', 'here', ''], figureRows(rows)));
}

/** @param {HTMLElement} result @param {Continued} answer */
function showContinued(result, answer) {
  const host = node('div');
  const key = (/** @type {string} */ colour, /** @type {string} */ text) => node('span', { style: `--key:${colour}`, text });
  result.replaceChildren(said(continuedSentence(answer)), host,
    node('p', { class: 'ch-keys' }, key('var(--pg-line-strong)', 'never stopped'), key('var(--pg-1)', 'gone on from the disk'), key('var(--pg-muted)', 'gone on from the weights alone')));
  new Plot(host, { label: 'Training loss of three trainings over their steps', height: () => HEIGHT, yFormat: (value) => String(+value.toFixed(1)), xTitle: 'Steps' })
    .draw({ series: continuedLines(answer), xRange: [1, answer.steps.length], xWhole: true, pin: answer.saved_at });
}

/** @param {HTMLElement} result @param {{ missing?: string, run: string, rows: PartLoss[] }} answer */
function showLosses(result, { missing, run, rows }) {
  if (missing) {
    const lead = node('button', { type: 'button', class: 'ch-b', text: 'Get published weights', onclick: () => goTo({ tab: 'runs' }) });
    result.replaceChildren(said(`The weights of ${missing} are not here yet. They are fetched on the Runs tab, under “Published weights”, or with `
      + `python -m playground import ${missing}.`), lead);
    return;
  }
  result.replaceChildren(said(lossSentence(rows)), makeTable([`${run}, loss on`, 'the book', 'here', ''], lossRows(rows)));
}
