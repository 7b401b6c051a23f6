// A passage with the surprise of every token: which text, the tokens, the open one, the six steps, what to compare with.

import { node, part, parts, setText } from '../lib/dom.js';
import { loss, percent, whole } from '../lib/format.js';
import { ask, newest } from '../lib/host.js';
import { getParameter, onPlace, readPlace, setParameter } from '../lib/place.js';
import { isUsable } from '../lib/problem.js';
import { MEASURES, bits, formatProbability, legend, quoted, tokenName } from '../lib/shades.js';
import { InsideViews } from '../inside/views.js';
import { StripView } from '../token_strip/strip_view.js';
import { ownText, readPassage, whereText, writePassage } from './passage_state.js';
import { chosenTokens, comparedLosses, heads, isPredicted, perplexitySentence, sixSteps } from './six_steps.js';

/** @typedef {import('./passage_state.js').PassageState} PassageState */
/** @typedef {import('./six_steps.js').Token} Token */

/**
 * @typedef {object} Passage  the server's answer
 * @property {Token[]} tokens
 * @property {number} start
 * @property {number} total
 * @property {number} per_passage
 * @property {number} vocab_size
 * @property {number | null} loss
 * @property {{ i: number, t: string }[]} [before]  of an uploaded file: the tokens before these that they may see
 * @property {number} step
 * @property {string} model
 * @property {import('./six_steps.js').References} references
 */

/** The server's answer until a longer work is done. @typedef {{ progress: number }} Unfinished */

const BAR_SHARE = 0.6; // the longest bar leaves room for its numbers
const NARROW_PX = 640; // three columns of numbers fit
const UNFINISHED_MS = 200;
const TYPING_MS = 500;
const MAX_FILE_BYTES = 5_000_000;

/** @param {import('../lib/host.js').Host} host */
export function mount({ element, server }) {
  const view = new MicroscopeView(part(element, '.mi'), server);
  onPlace(element, () => view.follow());
  view.follow();
}

class MicroscopeView {
  #root;
  #server;
  #strip;
  #own;
  #colour;
  #inside;
  /** @type {PassageState} */ #state = readPassage(getParameter('passage'));
  /** @type {Passage | null} */ #passage = null;
  #asked = '';
  #request = newest((/** @type {null} */ _) => this.#ask());
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {HTMLElement} root @param {Record<string, import('../lib/host.js').ServerFunction>} server */
  constructor(root, server) {
    this.#root = root;
    this.#server = server;
    this.#strip = new StripView(part(root, '.mi-text'), {
      open: (i) => this.#open(i),
      close: () => this.#open(-1),
      walk: (i) => this.#open(i),
      point: () => {},
    });
    this.#colour = part(root, '.mi-by select', HTMLSelectElement);
    this.#colour.append(...Object.keys(MEASURES).map((name) => node('option', { value: name, text: name })));
    this.#colour.value = 'surprise';
    this.#colour.addEventListener('change', () => {
      this.#strip.recolour(this.#look());
      this.#drawLegend();
    });
    this.#own = part(root, '.mi-own textarea', HTMLTextAreaElement);
    this.#own.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#change({ text: this.#own.value, file: '', name: '', start: 0, at: -1 }), TYPING_MS);
    });
    const group = `mi-${Math.random().toString(36).slice(2)}`;
    for (const radio of parts(root, 'input[type=radio]', HTMLInputElement)) {
      radio.name = group;
      radio.addEventListener('change', () =>
        this.#change({ source: /** @type {PassageState['source']} */ (radio.value), start: 0, at: -1 }));
    }
    const file = part(root, '.mi-file input', HTMLInputElement);
    file.addEventListener('change', () => this.#openFile(file));
    part(root, '.mi-drop').addEventListener('click', () => this.#change({ file: '', name: '', start: 0, at: -1 }));
    part(root, '.mi-back').addEventListener('click', () => this.#turn(-1));
    part(root, '.mi-on').addEventListener('click', () => this.#turn(1));
    this.#inside = new InsideViews({ server, open: (i) => this.#openSeen(i) });
    this.#drawLegend();
  }

  /** Show what the address names: the run, its step and the passage. */
  follow() {
    this.#state = { ...readPassage(getParameter('passage')), ...this.#unsaved() };
    const { source, start, text, file, name } = this.#state;
    for (const radio of parts(this.#root, 'input[type=radio]', HTMLInputElement)) radio.checked = radio.value === source;
    this.#root.dataset.source = source;
    part(this.#root, '.mi-own').hidden = source !== 'own';
    if (document.activeElement !== this.#own) this.#own.value = text;
    part(this.#root, '.mi-own > label').hidden = Boolean(file);
    part(this.#root, '.mi-drop').hidden = !file;
    setText(part(this.#root, '.mi-file-name'), file ? name : 'Up to 5 MB; it stays on this server.');
    const { run, step } = readPlace();
    const asked = JSON.stringify([source, start, ownText(this.#state), ...(source === 'chapter' ? [] : [run, step])]);
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#request(null);
    } else if (this.#passage) {
      this.#drawOpen();
    }
  }

  /** An own text that is too long for the address stays here. */
  #unsaved() {
    const { source, text } = this.#state;
    const given = readPassage(getParameter('passage'));
    return source === 'own' && text && !given.text && !given.file ? { text } : {};
  }

  /** @param {Partial<PassageState>} change */
  #change(change) {
    this.#state = { ...this.#state, ...change };
    setParameter('passage', writePassage(this.#state));
    this.follow();
  }

  /** Have the server read a file. @param {HTMLInputElement} input */
  async #openFile(input) {
    const [file] = input.files ?? [];
    if (!file) return;
    const problem = part(this.#root, '.mi-problem');
    input.value = ''; // so that the same file can be chosen again
    if (file.size > MAX_FILE_BYTES) {
      isUsable({ error: `${file.name} has ${(file.size / 1e6).toFixed(1)} MB; choose a file of at most 5 MB.` }, problem);
      return;
    }
    setText(part(this.#root, '.mi-file-name'), `Reading ${file.name} …`);
    /** @type {import('../lib/host.js').Reply<{ file: string, name: string }>} */
    const answer = await ask(this.#server.own_text, { name: file.name, data: await base64(file) });
    if (isUsable(answer, problem)) this.#change({ source: 'own', text: '', file: answer.file, name: answer.name, start: 0, at: -1 });
    else this.follow();
  }

  /** @param {number} by  how many passages on */
  #turn(by) {
    if (!this.#passage) return;
    const { start, per_passage } = this.#passage;
    this.#change({ start: Math.max(0, start + by * per_passage), at: -1 });
  }

  async #ask() {
    const { source, start } = this.#state;
    const own = ownText(this.#state);
    const { run, step } = readPlace();
    if (source === 'own' && !own.text && !own.file) return this.#clear('Write or paste a text above, or open a file.');
    if (!run && source !== 'chapter') return this.#clear('There is no run yet: train one on the Train tab.');
    this.#root.classList.add('stale');
    const query = { run, step, source, start, ...own };
    /** @type {import('../lib/host.js').Reply<Passage | Unfinished>} */
    const answer = await ask(this.#server.passage, source === 'chapter' ? { source } : query);
    if ('progress' in answer) {
      setTimeout(() => this.#request(null), UNFINISHED_MS);
      return;
    }
    this.#root.classList.remove('stale');
    if (!isUsable(answer, part(this.#root, '.mi-problem'))) return;
    this.#passage = answer;
    this.#draw(answer);
  }

  /** @param {string} sentence */
  #clear(sentence) {
    this.#passage = null;
    const problem = part(this.#root, '.mi-problem');
    setText(problem, sentence);
    problem.hidden = false;
    this.#strip.show([], { look: this.#look(), busy: false, anew: true });
  }

  #look() {
    return { measure: /** @type {import('../lib/shades.js').MeasureName} */ (this.#colour.value), spaces: true };
  }

  #drawLegend() {
    const { measure } = this.#look();
    const [low, high] = MEASURES[measure].ends;
    const steps = legend(measure).map(({ colour, text }) => node('i', { style: `background:${colour}`, title: text }));
    part(this.#root, '.mi-legend').replaceChildren(low, node('span', { class: 'mi-scale' }, ...steps), high);
  }

  /** @param {Passage} passage */
  #draw(passage) {
    const { tokens, start, total, per_passage, model, step } = passage;
    this.#strip.show(/** @type {any} */ (tokens), { look: this.#look(), busy: false, anew: true });
    const isChapter = this.#state.source === 'chapter';
    setText(part(this.#root, '.mi-model'), isChapter ? model : `${model}, step ${whole(step)}, with half a context or more before each token`);
    setText(part(this.#root, '.mi-where'), whereText(passage));
    /** @type {HTMLButtonElement} */ (part(this.#root, '.mi-back')).disabled = start === 0;
    /** @type {HTMLButtonElement} */ (part(this.#root, '.mi-on')).disabled = start + per_passage >= total;
    part(this.#root, '.mi-pages').hidden = total <= per_passage;
    this.#drawOpen();
    this.#drawBeside(passage);
  }

  /** @param {number} i */
  #open(i) {
    this.#change({ at: i });
  }

  #drawOpen() {
    if (!this.#passage) return;
    const { tokens, vocab_size } = this.#passage;
    const at = Math.min(this.#state.at, tokens.length - 1);
    this.#strip.select(at);
    const panel = part(this.#root, '.mi-token');
    if (at < 0) panel.replaceChildren(node('p', { class: 'mi-hint', text: 'Press a token to see what else could have stood there.' }));
    else panel.replaceChildren(...tokenPanel(tokens[at], vocab_size, this.#showInside(tokens[at], at)));
    const chosen = chosenTokens(tokens, at, innerWidth > NARROW_PX ? 6 : 3);
    part(this.#root, '.mi-steps').hidden = !chosen.length;
    if (!chosen.length) return;
    part(this.#root, '.mi-steps thead').replaceChildren(
      node('tr', {}, node('th', { text: 'Step' }), ...heads(chosen).map((text) => node('th', { class: 'mi-num', text }))),
    );
    part(this.#root, '.mi-steps tbody').replaceChildren(...sixSteps(chosen).map(({ title, formula, why, values }, k) =>
      node('tr', {},
        node('th', { scope: 'row' }, node('b', { text: `${k + 1} ${title}` }), node('code', { text: formula }), node('small', { text: why })),
        ...values.map((text) => node('td', { class: 'mi-num', colspan: values.length === 1 ? chosen.length : 1, text })))));
    setText(part(this.#root, '.mi-sum'), perplexitySentence(chosen, vocab_size));
  }

  /** What the model looked at before a token; null where it saw nothing, or is the chapter's. @param {Token} token @param {number} at */
  #showInside(token, at) {
    const { source, text, file } = this.#state;
    if (!this.#passage || !isPredicted(token) || source === 'chapter') return null;
    const { before = [], tokens, start } = this.#passage;
    const place = start + at;
    const { run, step } = readPlace();
    const end = before.length + at;
    const seen = [...before, ...tokens].slice(Math.max(0, end - token.c), end + 1);
    const ids = { source: 'ids', ids: seen.map((each) => each.i), place: token.c };
    const part = { source, place, seen_from: place - token.c, ...(source === 'own' && { text }) };
    this.#inside.show({
      query: { run, step, ...(source === 'own' && file ? ids : part) },
      link: { text: seen.map((each) => each.t).join(''), at: seen.length - 1 },
    });
    return this.#inside.root;
  }

  /** Open a token that was looked at, if it stands in the passage. @param {number} i  counted in what the model saw */
  #openSeen(i) {
    const { at } = this.#state;
    const token = this.#passage?.tokens[at];
    if (token && at - token.c + i >= 0) this.#open(at - token.c + i);
  }

  /** @param {Passage} passage */
  #drawBeside({ references, loss: own, vocab_size }) {
    const rows = comparedLosses(references, own, vocab_size);
    const most = Math.max(...rows.map((row) => row.loss));
    part(this.#root, '.mi-beside dl').replaceChildren(...rows.flatMap((row) => [
      node('dt', { class: row.isOwn ? 'mi-mine' : '', text: row.name }),
      node('dd', { class: row.isOwn ? 'mi-mine' : '' },
        node('i', { style: `width:${percent((BAR_SHARE * row.loss) / most).replace(' ', '')}` }),
        node('span', { text: `${loss(row.loss)}, as unsure as among ${row.perplexity}` })),
    ]));
  }
}

/** The bytes of a file. @param {File} file @returns {Promise<string>} */
const base64 = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

/** What is said about a token. @param {Token} token @param {number} vocabSize @param {HTMLElement | null} inside */
function tokenPanel(token, vocabSize, inside) {
  const head = node('h3', {}, node('span', { class: 'mi-name', text: tokenName(token.d ?? token.t) }), ` id ${token.i}`);
  if (!isPredicted(token)) {
    return [head, node('p', { class: 'mi-hint', text: 'It comes first: nothing stands before it, so there is nothing to predict it from.' })];
  }
  const facts = [
    ['Probability', formatProbability(token.p)],
    ['Surprise', `${bits(token.p).toFixed(2)} bits, a loss of ${token.l.toFixed(3)}`],
    ['Rank', `${whole(token.r)} of ${whole(vocabSize)}`],
    ['Entropy', `${token.h.toFixed(2)} bits, as among ${(2 ** token.h).toFixed(1)} tokens`],
    ['Context', `${whole(token.c)} ${token.c === 1 ? 'token' : 'tokens'} before it`],
  ];
  const rows = token.a.map(([id, name, p]) => node('li', { class: id === token.i ? 'mi-here' : '' },
    node('span', { class: 'mi-word', text: tokenName(name) }),
    node('span', { class: 'mi-track' }, node('i', { style: `width:${(100 * p).toFixed(2)}%` })),
    node('span', { class: 'mi-num', text: formatProbability(p) })));
  return [
    head,
    node('dl', {}, ...facts.flatMap(([term, value]) => [node('dt', { text: term }), node('dd', { text: value })])),
    inside ?? '',
    node('h4', { text: `Likeliest instead of ${quoted(token)}` }),
    node('ol', {}, ...rows),
  ];
}
