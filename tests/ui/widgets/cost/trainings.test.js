import { close, equal, test } from '/tests/check.js';
import { training } from '/tests/cost/fixtures.js';
import { PENDING, conclusion, groups, large, placeOnScale, powerOfTen, powerTicks, powersAround, time } from '/widgets/cost/trainings.js';

test('five groups, the last one for this machine', () => {
  const made = groups([training('This run', 1e6), training('Llama 2 7B', 2e12)], 6e9 / 3600);
  equal(made.map(({ title }) => title), ['Tokens read', 'Floating-point operations', 'Hours of one A100', 'Dollars, at an A100’s price', 'Time on this machine’s processor']);
  close(made[4].rows[0].value, 1);
  equal(made[4].rows[0].text, '60 minutes');
  equal(made[2].rows[1].text, '200,000 hours');
  equal(groups([PENDING], null)[0].rows[0].text, '…');
  equal(made[0].rows[1].source, 'known for 2000000000000');
});

test('without a pace the last group is being measured', () => {
  equal(groups([training('This run', 1e6)], null)[4].rows[0].text, 'being measured');
});

test('ten times as much is as far everywhere on the scale', () => {
  equal([placeOnScale(1, [0, 8]), placeOnScale(1e4, [0, 8]), placeOnScale(1e8, [0, 8]), placeOnScale(0, [0, 8])], [0, 0.5, 1, 0]);
  equal(powersAround([{ rows: [{ value: 3e-6 }, { value: 3.14e23 }] }]), [-8, 24]);
  equal(powersAround([{ rows: [{ value: 3e-9 }, { value: 3.14e24 }] }]), [-12, 28]);
  equal(powerTicks([-4, 4]), [-4, 0, 4]);
});

test('numbers of any size are short', () => {
  equal([large(691200), large(0.0123), large(8.4e22), large(0)], ['691,200', '0.012', '8.4 × 10²²', '0']);
  equal([powerOfTen(-4), powerOfTen(0)], ['10⁻⁴', '1']);
  equal([time(0.001), time(0.5), time(300), time(184320)], ['3.6 seconds', '30 minutes', '300 hours', '21 years']);
});

test('what it comes to is said', () => {
  const said = conclusion([training('This run', 1e6), training('Llama 2 7B', 2e12)], 1e9);
  equal(said, 'Llama 2 7B took 2,000,000 times the operations of this run; this machine would need 3,333 hours for it.');
  equal(conclusion([training('This run', 0), training('Llama 2 7B', 2e12)], 1e9), 'This run has not been trained here.');
});
