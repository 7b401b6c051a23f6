// The chapter's two sentences as the server gives them (book, section 5.1.2), with two alternatives each.

/** @type {[string, number, number, number][]} text, id, logit, loss in nats */
const TARGETS = [
  [' effort', 3626, 1.2, 9.504168554847947], [' moves', 6100, 0.4, 10.379570783030596], [' you', 345, -0.5, 11.367719106237251],
  [' really', 1107, -0.6, 11.479812242641975], [' like', 588, 0.9, 9.776398100987832], [' chocolate', 11311, -1.4, 12.256117741499763],
];

/** @param {(typeof TARGETS)[number]} target @param {number} k */
const predicted = ([t, i, z, l], k) => ({
  i, t, c: (k % 3) + 1, z, l, p: Math.exp(-l), r: 900 + k, h: 15.4, m: 0.0002,
  a: /** @type {[number, string, number][]} */ ([[16657, ' Armed', 0.0002], [i, t, Math.exp(-l)]]),
});

export const CHAPTER = {
  tokens: [
    { i: 16833, t: 'every', c: 0 }, ...TARGETS.slice(0, 3).map(predicted),
    { i: 40, t: '\nI', d: 'I', c: 0 }, ...TARGETS.slice(3).map((target, k) => predicted(target, k)),
  ],
  start: 0, total: 8, per_passage: 200, vocab_size: 50257, loss: 10.793964421540894, step: 0,
  model: 'GPT_CONFIG_124M, seed 123, untrained', references: { uniform: Math.log(50257) },
};
