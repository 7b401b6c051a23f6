import { equal, test } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { isUsable } from '/widgets/lib/problem.js';

test('a refusal is shown and cannot be used, the next answer hides it', () => {
  const place = node('p', { hidden: true });
  equal([isUsable({ error: 'Too long.' }, place), place.hidden, place.textContent], [false, false, 'Too long.']);
  equal([isUsable({ rows: [] }, place), place.hidden, place.textContent], [true, true, '']);
});
