import { equal, test } from '/tests/check.js';
import * as format from '/widgets/lib/format.js';

test('numbers that are missing or not finite are a dash in every format', () => {
  for (const name of ['whole', 'short', 'loss', 'rate', 'time', 'bytes', 'percent']) {
    const write = format.FORMATS[/** @type {'whole'} */ (name)];
    equal([write(null), write(undefined), write(Number.NaN), write(Number.POSITIVE_INFINITY)], ['–', '–', '–', '–']);
  }
});

test('whole numbers have commas', () => {
  equal([format.whole(1234567.4), format.whole(0), format.about(1234567)], ['1,234,567', '0', 'about 1.23 M']);
});

test('short numbers keep three digits', () => {
  equal([9.87654, 42, 1234, 45678, 1234567, 2.5e9].map(format.short), ['9.9', '42', '1,234', '45.7 k', '1.23 M', '2.5 B']);
});

test('learning rates are written in the shorter form', () => {
  equal([0, 0.0004, 0.01, 0.125, 1].map(format.rate), ['0', '4e-4', '0.01', '0.125', '1']);
});

test('times go from milliseconds to days', () => {
  equal([0.012, 3.14, 42, 95, 3720, 200000].map(format.time), ['12 ms', '3.1 s', '42 s', '1 min 35 s', '1 h 02 min', '2.3 days']);
});

test('sizes have a unit', () => {
  equal([12, 3456, 123456789, 4e9].map(format.bytes), ['12 B', '3.46 kB', '123 MB', '4.00 GB']);
});

test('a negative number has a minus sign, not a hyphen', () => {
  equal([format.signed(-1.5, 2), format.signed(1.5, 2)], ['−1.50', '1.50']);
});

test('nouns are counted', () => {
  equal([format.batches(1), format.batches(2), format.plural(1, 'word'), format.plural(1500, 'word')],
    ['1 batch', '2 batches', '1 word', '1,500 words']);
});

test('probabilities too small for two decimals say so', () => {
  equal([0, 1e-6, 0.00005, 0.5721].map(format.share), ['0', '<0.01 %', '0.01 %', '57.21 %']);
});

test('scientific notation has two digits in the exponent, as the chapter prints it', () => {
  equal([0, 0.57212, 1.0024e-4, 2.97e-38].map(format.scientific), ['0', '5.7212e-01', '1.0024e-04', '2.9700e-38']);
});

test('a number of choices loses its fraction above a thousand', () => {
  equal([2.487, 42694.3].map(format.choices), ['2.49', '42,694']);
});

test('characters without a shape become visible', () => {
  equal(format.visible(' a\tb\n\u200b\u0000'), '·a⇥b↵⟨200B⟩⟨0⟩');
});

test('perplexity is e to the loss, in short from a hundred on', () => {
  equal([0, Math.LN10, 5, 1000, null].map(format.perplexity), ['1.0', '10.0', '148', '–', '–']);
});

test('epochs are whole where they nearly are, with fewer decimals from ten on', () => {
  equal([0, 2.004, 2.5, 12.54, 13].map(format.epochs), ['0', '2', '2.50', '12.5', '13']);
});
