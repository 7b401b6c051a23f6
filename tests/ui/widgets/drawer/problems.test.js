import { equal, test } from '/tests/check.js';
import { texts } from '/tests/mounting.js';
import { part, parts } from '/widgets/lib/dom.js';
import { showProblems } from '/widgets/drawer/problems.js';

function form() {
  document.body.innerHTML = '<div id="pg-lr"><input value="7"></div><div id="pg-epochs"><input value="0"></div>';
  return document.body;
}

test('each wrong setting is marked, with its sentence at the field, and what is typed stays', () => {
  const made = form();
  showProblems(made, { lr: 'Learning rate must be at most 1.', epochs: 'Epochs must be at least 1.', unknown: 'No field.' });
  equal(texts(made, '.pg-wrong .pg-problem'), ['Learning rate must be at most 1.', 'Epochs must be at least 1.']);
  const input = part(made, '#pg-lr input', HTMLInputElement);
  equal([input.value, input.getAttribute('aria-invalid'), input.getAttribute('aria-describedby')], ['7', 'true', 'pg-lr-problem']);
});

test('a setting that is right again is not marked, the others keep their nodes', () => {
  const made = form();
  showProblems(made, { lr: 'Wrong.', epochs: 'Epochs must be at least 1.' });
  const kept = part(made, '#pg-epochs .pg-problem');
  showProblems(made, { epochs: 'Epochs must be at least 1.' });
  equal([texts(made, '.pg-problem'), part(made, '#pg-epochs .pg-problem') === kept], [['Epochs must be at least 1.'], true]);
  equal(part(made, '#pg-lr input').hasAttribute('aria-invalid'), false);
  showProblems(made, {});
  equal(parts(made, '.pg-wrong, .pg-problem, [aria-invalid]').length, 0);
});
