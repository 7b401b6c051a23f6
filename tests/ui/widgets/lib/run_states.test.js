import { equal, test } from '/tests/check.js';
import { stateLabel, waitingLabel } from '/widgets/lib/run_states.js';

test('states have labels, and one from a newer server is shown as it is', () => {
  equal(['running', 'completed', 'evaluating'].map((state) => stateLabel(/** @type {'running'} */ (state))),
    ['Training', 'Finished', 'evaluating']);
  equal(waitingLabel(2), 'Waiting, place 2');
});
