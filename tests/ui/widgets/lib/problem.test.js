import { equal, test } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { isUsable } from '/widgets/lib/problem.js';

test('a refusal is shown and cannot be used, the next answer hides it', () => {
  const place = node('p', { hidden: true });
  const seen = [];
  for (const answer of [{ error: 'Too long.' }, { rows: [] }]) {
    seen.push([isUsable(answer, place), place.hidden, place.textContent]);
  }
  equal(seen, [[false, false, 'Too long.'], [true, true, '']]);
});
