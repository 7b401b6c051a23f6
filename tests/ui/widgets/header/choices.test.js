import { equal, test } from '/tests/check.js';
import { runOptions, stepOptions } from '/widgets/header/choices.js';

const labels = (/** @type {{ label: string }[]} */ options) => options.map(({ label }) => label);

test('the current run is an option also where it is not listed', () => {
  equal(labels(runOptions({ runs: ['new', 'old'] }, 'old')), ['new', 'old']);
  equal(labels(runOptions({ runs: ['new'] }, 'secret')), ['secret', 'new']);
  equal(labels(runOptions({ runs: [] }, '')), ['None yet']);
});

test('the current step is an option also where its weights do not exist', () => {
  /** @type {[string, string][]} */
  const steps = [['last', 'Last'], ['120', 'Step 120']];
  equal(labels(stepOptions({ steps }, '120')), ['Last', 'Step 120']);
  equal(labels(stepOptions({ steps }, '7')), ['7 (not saved)', 'Last', 'Step 120']);
  equal(stepOptions({ steps: [] }, 'last'), [{ value: 'last', label: 'None saved yet' }]);
});
