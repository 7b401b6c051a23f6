// A small catalogue of stages for tests, with one setting of each kind.

/** @typedef {import('/widgets/stage_list/stages.js').Catalogue} Catalogue */
/** @typedef {import('/widgets/stage_list/stages.js').Field} Field */

/** @type {Record<string, Field>} */
export const FIELDS = {
  k: { name: 'k', label: 'k', help: 'How many.', kind: 'int', min: 1, max: 262_144, step: 1, start: 25, of_vocabulary: true },
  temperature: { name: 'temperature', label: 'T', help: 'Sharper.', kind: 'number', min: 0, max: 100, soft_max: 5, step: 0.01, start: 1 },
  epsilon: { name: 'epsilon', label: 'epsilon', help: 'Cutoff.', kind: 'number', min: 1e-6, max: 0.99, soft_max: 0.5, step: 0.01, scale: 'log', start: 3e-4 },
  range: { name: 'range', label: 'range', help: 'How far.', kind: 'int?', min: 1, max: 1000, step: 1, start: null },
  biases: { name: 'biases', label: 'biases', help: 'Tokens.', kind: 'biases', start: [] },
  ids: { name: 'ids', label: 'ids', help: 'Tokens.', kind: 'ids', start: [] },
};

/** @type {Catalogue} */
export const CATALOGUE = {
  stages: {
    top_k: { label: 'Top-k', help: 'Keep the k likeliest tokens.', about: 'More on top-k.', fields: [FIELDS.k] },
    temperature: { label: 'Temperature', help: 'Divide the logits.', about: 'More on temperature.', fields: [FIELDS.temperature] },
    epsilon_cutoff: { label: 'Epsilon cutoff', help: 'Cut rare tokens.', about: '', fields: [FIELDS.epsilon] },
    dry: { label: 'DRY', help: 'Avoid repetition.', about: '', fields: [FIELDS.range] },
    logit_bias: { label: 'Logit bias', help: 'Add to logits.', about: '', fields: [FIELDS.biases] },
    ban: { label: 'Banned tokens', help: 'Remove tokens.', about: '', fields: [FIELDS.ids] },
  },
  orders: {
    'the chapter': [{ name: 'top_k', on: true, k: 9 }, { name: 'temperature', on: true, temperature: 1 }],
    other: [{ name: 'temperature', on: true, temperature: 0.8 }, { name: 'top_k', on: true, k: 40 }, { name: 'ban', on: true, ids: [] }],
  },
  lesson: { words: [['first', 3], ['second', 2]], stages: [{ name: 'temperature', on: true, temperature: 0.5 }] },
};
