// Draws a lesson: the question with what can be guessed, the task, and at the end the answer with its why. Texts come
// from addresses, too, so they are only ever set as characters.

import { node, part, setText } from '../lib/dom.js';
import { whole } from '../lib/format.js';

/** @typedef {import('./lesson_text.js').Lesson} Lesson */
/** @typedef {{ i: number, count: number, before: string, after: string, next: string }} Position */

/**
 * What the learner does on the card.
 * @typedef {object} Acts
 * @property {(guess: number) => void} guess
 * @property {() => number} place  the step on the chart
 * @property {() => void} skip
 * @property {(id: string) => void} go
 * @property {() => void} close
 */

export class Card {
  #root;
  #acts;
  /** @type {'ask' | 'task' | 'end'} */ #phase = 'end';
  /** @type {Lesson | null} */ #lesson = null;
  /** @type {Position} */ #position = { i: -1, count: 0, before: '', after: '', next: '' };
  /** What had the focus before the card was opened. @type {Element | null} */ #before = null;
  /** The line that names the place on the chart. @type {HTMLElement | null} */ #placeLine = null;

  /** @param {HTMLElement} root @param {Acts} acts */
  constructor(root, acts) {
    this.#root = root;
    this.#acts = acts;
    const onClick = (/** @type {string} */ name, /** @type {() => void} */ work) => this.#part(name).addEventListener('click', work);
    onClick('close', acts.close);
    onClick('before', () => acts.go(this.#position.before));
    onClick('after', () => acts.go(this.#position.after));
    onClick('fold', () => this.#fold(!root.classList.contains('ls-folded')));
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') acts.close();
    });
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  get isAsking() {
    return this.#phase === 'ask';
  }

  get isEnded() {
    return this.#phase === 'end';
  }

  hide() {
    const hadFocus = this.#root.contains(document.activeElement);
    this.#root.hidden = true;
    if (hadFocus && this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true });
    this.#phase = 'end';
    this.#lesson = null;
  }

  focus() {
    this.#part('question').focus({ preventScroll: true });
  }

  /** Show a question and what can be guessed. @param {Lesson} lesson @param {Position} position */
  ask(lesson, position) {
    this.#open(lesson, position);
    this.#phase = 'ask';
    setText(this.#part('title'), lesson.title);
    setText(this.#part('question'), lesson.question);
    this.#drawGuess(lesson);
    this.#drawWays();
  }

  /** Say why there is no lesson. @param {string} sentence */
  refuse(sentence) {
    this.#open(null, { i: -1, count: 0, before: '', after: '', next: '' });
    this.#phase = 'end';
    setText(this.#part('title'), '');
    setText(this.#part('question'), sentence);
    this.#part('ways').replaceChildren();
  }

  /** @param {string} task */
  showTask(task) {
    this.#phase = 'task';
    this.#part('guess').replaceChildren();
    setText(this.#part('task'), task);
    this.#part('task').hidden = false;
    this.#drawWays();
    this.#part('task').focus({ preventScroll: true });
  }

  /** @param {{ said: string, answer: string, why: string }} end */
  showEnd({ said, answer, why }) {
    const hadFocus = this.#root.contains(document.activeElement);
    this.#phase = 'end';
    this.#part('guess').replaceChildren();
    this.#part('task').hidden = true;
    const lines = [[said, 'ls-said'], [answer, 'ls-answer'], [why, 'ls-why']].filter(([text]) => text);
    this.#part('end').replaceChildren(...lines.map(([text, kind]) => node('p', { class: kind, text })));
    this.#drawWays();
    this.#fold(false);
    if (hadFocus) this.#part('ways').querySelector('button')?.focus({ preventScroll: true });
  }

  /** Name the place on the chart that would be guessed. */
  showPlace() {
    if (this.#placeLine?.isConnected) setText(this.#placeLine, `Step ${whole(this.#acts.place())}`);
  }

  /** @param {Lesson | null} lesson @param {Position} position */
  #open(lesson, position) {
    this.#lesson = lesson;
    this.#position = position;
    if (!this.isOpen) this.#before = document.activeElement;
    this.#root.hidden = false;
    this.#fold(false);
    const isTour = position.i >= 0;
    setText(this.#part('where'), isTour ? `Tour, ${position.i + 1} of ${position.count}` : 'Lesson');
    for (const [name, id] of [['before', position.before], ['after', position.after]]) {
      const button = part(this.#root, `.ls-${name}`, HTMLButtonElement);
      button.hidden = !isTour;
      button.disabled = !id;
    }
    this.#part('guess').replaceChildren();
    this.#part('end').replaceChildren();
    this.#part('task').hidden = true;
  }

  /** @param {Lesson} lesson */
  #drawGuess({ guess }) {
    const form = this.#part('guess');
    form.onsubmit = (event) => event.preventDefault();
    this.#placeLine = null;
    if (!guess) return;
    if ('answers' in guess) {
      form.replaceChildren(...guess.answers.map((text, i) => makeButton(text, () => this.#acts.guess(i), 'ls-choice')));
    } else if ('step' in guess) {
      this.#placeLine = node('output', { class: 'ls-place' });
      form.replaceChildren(this.#placeLine, makeButton('This is my guess', () => this.#acts.guess(this.#acts.place()), 'ls-first'));
      this.showPlace();
    } else this.#drawNumber(form, guess);
  }

  /** @param {HTMLElement} form @param {import('./lesson_text.js').NumberGuess} guess */
  #drawNumber(form, { unit, max }) {
    const field = node('input', { type: 'number', class: 'ls-number', min: 0, max, step: 'any', inputmode: 'decimal' });
    const submit = () => {
      const value = field.valueAsNumber;
      if (value >= 0 && value <= max) this.#acts.guess(value);
      else field.focus();
    };
    form.replaceChildren(node('label', {}, field, ` ${unit}`), node('button', { type: 'submit', class: 'ls-button ls-first', text: 'Guess' }));
    form.onsubmit = (event) => {
      event.preventDefault();
      submit();
    };
  }

  #drawWays() {
    const { skip, go, close } = this.#acts;
    const { i, after, next } = this.#position;
    const ways = [];
    if (this.#phase === 'ask') ways.push(makeButton(this.#lesson?.guess ? 'Go on without a guess' : 'Show the answer', skip, 'ls-quiet'));
    else if (this.#phase === 'task') ways.push(makeButton('Show the answer without it', skip, 'ls-quiet'));
    else {
      if (after) ways.push(makeButton(`Next: ${next}`, () => go(after), 'ls-first'));
      ways.push(makeButton(i >= 0 && !after ? 'End the tour' : 'Close', close, after ? 'ls-quiet' : 'ls-first'));
    }
    this.#part('ways').replaceChildren(...ways);
  }

  /** @param {boolean} isFolded */
  #fold(isFolded) {
    this.#root.classList.toggle('ls-folded', isFolded);
    const button = this.#part('fold');
    button.setAttribute('aria-expanded', String(!isFolded));
    button.setAttribute('aria-label', isFolded ? 'Unfold' : 'Fold');
    setText(button, isFolded ? '+' : '–');
  }

  /** @param {string} name */
  #part(name) {
    return part(this.#root, `.ls-${name}`);
  }
}

/** @param {string} text @param {() => void} onclick @param {string} kind */
const makeButton = (text, onclick, kind) => node('button', { type: 'button', class: `ls-button ${kind}`, text, onclick });
