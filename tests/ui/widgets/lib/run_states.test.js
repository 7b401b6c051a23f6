import { equal, test } from '/tests/check.js';
import { stateLabel, waitingLabel } from '/widgets/lib/run_states.js';

test('states have labels, and one from a newer server is shown as it is', () => {
  equal(['running', 'completed', 'evaluating'].map((state) => stateLabel(/** @type {'running'} */ (state))),
    ['Training', 'Finished', 'evaluating']);
  equal([1, 2, 3, 4, 11, 21].map((place) => waitingLabel(place)),
    ['1st', '2nd', '3rd', '4th', '11th', '21st'].map((place) => `Waiting: ${place}`));
});

test('who waits is told behind whose training and about how long', () => {
  /** @param {Partial<import('/widgets/lib/run_states.js').Waiting>} behind */
  const label = (behind) => waitingLabel(2, { place: 2, whose: '', state: 'running', seconds: 170, ...behind });
  equal(label({}), 'Waiting: 2nd, behind a training that needs about 3 more minutes');
  equal(label({ whose: 'yours', seconds: 61 }), 'Waiting: 2nd, behind your training that needs about 1 more minute');
  equal(label({ whose: 'another', seconds: 9 }), 'Waiting: 2nd, behind another visitor’s training that needs less than a minute');
  equal(label({ seconds: null }), 'Waiting: 2nd, behind a training that has just begun');
  equal(label({ state: 'paused' }), 'Waiting: 2nd, behind a training that is paused');
});
