// Sentences on what is wrong with settings, each at its field.

import { node, parts } from '../lib/dom.js';

const WRONG = 'pg-wrong';

/**
 * Show what is wrong at the fields of a form, and nothing at the others; what is typed there stays.
 * @param {ParentNode} form
 * @param {Record<string, string>} problems  from the name of a setting to a sentence
 */
export function showProblems(form, problems) {
  for (const field of parts(form, `.${WRONG}`)) if (!(field.id.replace('pg-', '') in problems)) clear(field);
  for (const [name, sentence] of Object.entries(problems)) {
    const field = form.querySelector(`#pg-${CSS.escape(name)}`);
    if (field instanceof HTMLElement && field.querySelector('.pg-problem')?.textContent !== sentence) mark(field, sentence);
  }
}

/** @param {HTMLElement} field @param {string} sentence */
function mark(field, sentence) {
  clear(field);
  field.classList.add(WRONG);
  const said = node('p', { class: 'pg-problem', id: `${field.id}-problem`, text: sentence });
  for (const input of parts(field, 'input, textarea')) {
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', said.id);
  }
  field.append(said);
}

/** @param {HTMLElement} field */
function clear(field) {
  field.classList.remove(WRONG);
  field.querySelector('.pg-problem')?.remove();
  for (const input of parts(field, '[aria-invalid]')) {
    input.removeAttribute('aria-invalid');
    input.removeAttribute('aria-describedby');
  }
}
