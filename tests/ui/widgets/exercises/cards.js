// Exercise cards for tests.

/** @typedef {import('/widgets/exercises/predictions.js').Card} Card */

/** @type {Card} */
const BASE = {
  number: '5.1',
  place: 'lab-draws',
  title: 'How often?',
  question: 'How often will pizza be drawn?',
  predict: { kind: 'numbers', labels: ['T = 1', 'T = 5'], unit: 'times in 1,000', max: 1000 },
  set_ups: [{ label: 'T = 5', state: { n: 1000, follow: 'pizza' } }],
  why: 'A count is a noisy probability.',
};

export const NUMBERS = BASE;

/** @type {Card} */
export const CHOICES = {
  ...BASE,
  number: '5.2',
  predict: { kind: 'choices', labels: ['a poem', 'code'], options: ['low', 'high'], expected: ['high', 'low'] },
};
