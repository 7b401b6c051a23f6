import { equal, test } from '/tests/check.js';
import { stepOf } from '/widgets/source/checkpoints.js';

test('the step of a place is read as that of a state', () => {
  equal(['last', 'best', '0', '1500'].map(stepOf), ['last', 'best', 0, 1500]);
});
