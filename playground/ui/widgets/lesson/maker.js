// The form in which a teacher makes a lesson of what the page shows: a link with the page's state and the lesson.

import { node, part, parts, setText } from '../lib/dom.js';
import { linkOf } from '../lib/place.js';
import { HIDEABLE, LONGEST, MOST_ANSWERS, lessonLink, lessonText } from './lesson_text.js';

const FIRST_ANSWERS = 3;

export class Maker {
  #root;
  #form;
  #onClose;
  /** What had the focus before. @type {Element | null} */ #before = null;

  /** @param {HTMLElement} root @param {() => void} onClose */
  constructor(root, onClose) {
    this.#root = root;
    this.#onClose = onClose;
    this.#form = part(root, 'form', HTMLFormElement);
    part(root, '[name=question]', HTMLTextAreaElement).maxLength = LONGEST.question;
    part(root, '[name=why]', HTMLTextAreaElement).maxLength = LONGEST.why;
    part(root, '.ls-answers').append(...Array.from({ length: MOST_ANSWERS }, (_, i) => makeAnswer(i)));
    part(root, '.ls-hides').append(...Object.entries(HIDEABLE).map(([name, label]) =>
      node('label', {}, node('input', { type: 'checkbox', name: 'hide', value: name }), ` ${label}`)));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#copy();
    });
    this.#form.addEventListener('input', () => this.#changed());
    part(root, '.ls-close').addEventListener('click', () => this.close());
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
    this.#changed();
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  open() {
    this.#before = document.activeElement;
    this.#root.hidden = false;
    part(this.#root, '[name=question]').focus({ preventScroll: true });
  }

  /** Close it; what was entered stays until the page is loaded again. */
  close() {
    if (!this.isOpen) return;
    this.#root.hidden = true;
    if (this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true });
    this.#onClose();
  }

  /** What was copied is no longer what stands here; one more row of answers than are used. */
  #changed() {
    setText(part(this.#root, '.ls-error'), '');
    part(this.#root, '.ls-made').hidden = true;
    setText(part(this.#root, '[type=submit]'), "Copy the lesson's link");
    const rows = parts(this.#root, '.ls-row');
    const used = rows.findLastIndex((row) => part(row, '[type=text]', HTMLInputElement).value) + 1;
    for (const [i, row] of rows.entries()) row.hidden = i >= Math.max(FIRST_ANSWERS, used + 1);
  }

  #draft() {
    const data = new FormData(this.#form);
    return {
      question: String(data.get('question') ?? ''),
      answers: data.getAll('answer').map(String),
      right: Number(data.get('right') ?? -1),
      why: String(data.get('why') ?? ''),
      hide: data.getAll('hide').map(String),
    };
  }

  async #copy() {
    const made = lessonText(this.#draft());
    const linked = made.error === undefined ? lessonLink(linkOf(location.href), made.text) : made;
    setText(part(this.#root, '.ls-error'), linked.error ?? '');
    if (linked.error !== undefined) return;
    const open = part(this.#root, '.ls-made', HTMLAnchorElement);
    open.href = linked.link;
    open.hidden = false;
    try {
      await navigator.clipboard.writeText(linked.link);
      setText(part(this.#root, '[type=submit]'), 'Copied');
    } catch {
      setText(part(this.#root, '.ls-error'), 'The browser does not allow copying; open the lesson and copy its address.');
    }
  }
}

/** @param {number} i */
function makeAnswer(i) {
  return node('div', { class: 'ls-row' },
    node('input', { type: 'radio', name: 'right', value: i, 'aria-label': `Answer ${i + 1} is right` }),
    node('input', { type: 'text', name: 'answer', maxlength: LONGEST.answer, 'aria-label': `Answer ${i + 1}` }));
}
