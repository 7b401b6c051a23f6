// The lesson that is open: what it sets on the page, whether its task has been done, and which comes next.

import { part } from '../lib/dom.js';
import { getParameter, goTo, onPlace, setParameter } from '../lib/place.js';
import { Card } from './card.js';
import { isDone, shownAnew } from './condition.js';
import { answerText, onGuess, stepOf } from './guess.js';
import { readLesson } from './lesson_text.js';
import { Maker } from './maker.js';
import { markDone, nextLesson } from './tour.js';

/** @typedef {import('./lesson_text.js').Lesson} Lesson */

const LOOK_MS = 200; // how often the task is checked
const LOOKS_FOR_PART = 50; // what is to be seen may be on a tab that has yet to open
const NARROW_PX = 1100; // the card is below the page on screens up to this width
const LESSON = 'lesson';

export class Panel {
  #host;
  #lessons;
  #card;
  #maker;
  /** The parameter of the address that is shown. @type {string | null} */ #text = null;
  /** @type {Lesson | null} */ #lesson = null;
  /** @type {number | null} */ #guess = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #scrolling;

  /** @param {import('../lib/host.js').Host<import('./lesson.js').Constants>} host */
  constructor(host) {
    const { element } = host;
    this.#host = host;
    this.#lessons = host.constants.lessons;
    this.#card = new Card(part(element, '.ls'), {
      guess: (guess) => this.#take(guess),
      place: () => this.#step(),
      skip: () => this.#skip(),
      go: (id) => this.#go(id),
      close: () => this.#close(),
    });
    this.#maker = new Maker(part(element, '.ls-maker'), () => this.#dock());
    onPlace(element, () => this.#card.showPlace());
  }

  /** Show the lesson that the address names, if another one is shown. */
  follow() {
    const text = getParameter(LESSON);
    if (text === this.#text) return;
    this.#text = text;
    clearInterval(this.#timer);
    clearInterval(this.#scrolling);
    this.#guess = null;
    const builtIn = this.#lessons.find(({ id }) => id === text);
    const read = builtIn ? { lesson: builtIn } : text ? readLesson(text) : { error: '' };
    this.#lesson = read.error === undefined ? read.lesson : null;
    if (this.#lesson) {
      this.#setPage(this.#lesson);
      this.#card.ask(this.#lesson, this.#position());
      this.#showPart(this.#lesson.look);
    } else if (read.error) this.#card.refuse(read.error);
    else this.#card.hide();
    this.#dock();
    if (text) this.#card.focus();
  }

  /** Open the first lesson of the tour that was not done. */
  tour() {
    this.#go(nextLesson(this.#lessons.map(({ id }) => id)));
  }

  /** Open the form that makes a lesson. */
  make() {
    this.#close();
    this.#maker.open();
    this.#dock();
  }

  /** @param {string} id */
  #go(id) {
    this.#maker.close();
    if (id === this.#text) this.#text = null; // from its start
    setParameter(LESSON, id, { replace: false });
    this.follow();
  }

  /** Close it; the page stays as it is, with all that was hidden. */
  #close() {
    setParameter(LESSON, '');
    this.follow();
  }

  /** Set the page to where a lesson of the tour starts; a teacher's lesson starts where its address does. @param {Lesson} lesson */
  #setPage({ tab, place, parameters }) {
    if (!tab) return;
    goTo({ tab, ...place }, { replace: true });
    for (const [name, value] of Object.entries(parameters)) setParameter(name, value);
  }

  /** Scroll to the part of the page that the lesson is about, as soon as it is there. @param {string} selector */
  #showPart(selector) {
    if (!selector) return;
    let looks = 0;
    clearInterval(this.#scrolling);
    this.#scrolling = setInterval(() => {
      const found = shownText(selector) !== null;
      if (found) document.querySelector(selector)?.scrollIntoView({ block: innerWidth <= NARROW_PX ? 'start' : 'nearest' });
      if (found || ++looks >= LOOKS_FOR_PART) clearInterval(this.#scrolling);
    }, LOOK_MS);
  }

  #position() {
    const ids = this.#lessons.map(({ id }) => id);
    const i = ids.indexOf(this.#lesson?.id ?? '');
    return { i, count: ids.length, before: ids[i - 1] ?? '', after: i < 0 ? '' : ids[i + 1] ?? '', next: this.#lessons[i + 1]?.title ?? '' };
  }

  /** Show the task after a guess, or without one; where there is none, the answer. @param {number | null} guess */
  #take(guess) {
    this.#guess = guess;
    const { done, task = '' } = this.#lesson ?? {};
    if (!done) return this.#end();
    this.#card.showTask(task);
    clearInterval(this.#timer);
    const isNew = shownAnew(() => shownText(done.shown ?? ''));
    this.#timer = setInterval(() => {
      if (!this.#host.element.isConnected) clearInterval(this.#timer);
      else if (isDone(done, location.href, isNew)) this.#end();
    }, LOOK_MS);
  }

  #skip() {
    if (this.#card.isAsking) this.#take(null);
    else this.#end();
  }

  #end() {
    clearInterval(this.#timer);
    const lesson = this.#lesson;
    if (!lesson) return;
    if (lesson.id) markDone(lesson.id);
    const read = shownText(lesson.read)?.trim() ?? '';
    this.#card.showEnd({ said: onGuess(lesson.guess, this.#guess), answer: answerText(lesson, read), why: lesson.why });
    this.#dock();
  }

  /** The step on the chart of the training. */
  #step() {
    const guess = this.#lesson?.guess;
    return guess && 'step' in guess ? stepOf(getParameter('moment'), guess.last) : 0;
  }

  /** Make room beside the card or the form, and hide what the lesson does not need. */
  #dock() {
    const { dataset } = document.documentElement;
    const isOpen = this.#card.isOpen || this.#maker.isOpen;
    const lesson = this.#lesson;
    const hidden = lesson ? [...lesson.hide, ...(this.#card.isEnded ? [] : lesson.conceal)] : [];
    if (isOpen) dataset.lesson = '';
    else delete dataset.lesson;
    if (hidden.length) dataset.hide = hidden.join(' ');
    else delete dataset.hide;
  }
}

/** The text of an element; null if none that matches is visible. @param {string} selector */
function shownText(selector) {
  const found = selector && document.querySelector(selector);
  return found instanceof HTMLElement && found.checkVisibility() ? found.textContent ?? '' : null;
}
