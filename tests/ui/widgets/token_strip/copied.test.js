import { close, equal, test } from '/tests/check.js';
import { copiedShare, lossSentence, spansAt, spansOf } from '/widgets/token_strip/copied.js';

/**
 * @param {number} start
 * @param {number} end
 * @param {'train' | 'val'} [part]
 * @returns {import('/widgets/token_strip/copied.js').Span}
 */
const span = (start, end, part = 'train') => ({ start, end, part, character: 0, before: '', text: '', after: '' });

/**
 * Tokens, the first `n` of a prompt.
 * @param {number} count
 * @param {number} [n]
 * @returns {import('/widgets/token_strip/token_log.js').Token[]}
 */
const tokens = (count, n = 0) =>
  Array.from({ length: count }, (_, i) => ({ i, t: 'x', ...(i < n ? { by: 'prompt' } : {}) }));

test('spans shorter than the chosen length are left out', () => {
  const copied = { spans: [span(0, 2), span(1, 9), span(3, 11)], train_loss: null, val_loss: null };
  equal(
    spansOf(copied, 8).map(({ start }) => start),
    [1, 3],
  );
  equal([spansOf(null, 2), spansOf(undefined, 2)], [[], []]);
});

test('a span contains its first token and not the one after its last', () => {
  const spans = [span(2, 4), span(3, 6)];
  equal(
    [1, 2, 3, 4, 5, 6].map((i) => spansAt(spans, i).length),
    [0, 1, 2, 1, 1, 0],
  );
});

test('overlapping spans count a token once, and each part by itself', () => {
  const spans = [span(0, 4), span(2, 6), span(5, 8, 'val')];
  close(copiedShare(tokens(10), spans, 'train'), 0.6);
  close(copiedShare(tokens(10), spans, 'val'), 0.3);
});

test('tokens of the prompt count neither as copied nor as written', () => {
  close(copiedShare(tokens(10, 4), [span(0, 7)], 'train'), 0.5);
  equal(copiedShare(tokens(3, 3), [span(0, 3)], 'train'), 0);
});

test('the losses and their gap are one sentence, with a minus sign', () => {
  equal(
    lossSentence({ spans: [], train_loss: 1.5, val_loss: 2.25 }),
    'Loss: training 1.500, validation 2.250, gap 0.750.',
  );
  equal(
    lossSentence({ spans: [], train_loss: 2, val_loss: 1.9 }),
    'Loss: training 2.000, validation 1.900, gap −0.100.',
  );
});

test('a run that was never evaluated has no sentence', () => {
  equal(lossSentence({ spans: [], train_loss: null, val_loss: null }), '');
});
