/** @type {import('/widgets/cost/areas.js').Size} */
export const SIZE = {
  name: 'nano',
  parts: [
    { name: 'token embedding', parameters: 300, operations: 0 },
    { name: 'attention', parameters: 400, operations: 2400 },
    { name: 'output head', parameters: 300, operations: 1800 },
  ],
};

const figure = (/** @type {number} */ value) => ({ value, source: `known for ${value}` });

/** @param {string} name @param {number} tokens @returns {import('/widgets/cost/trainings.js').Training} */
export const training = (name, tokens) => (
  { name, tokens: figure(tokens), operations: figure(6000 * tokens), a100_hours: figure(tokens / 1e7), dollars: figure(tokens / 1e6) });

export const PICTURES = {
  sizes: [SIZE, { name: 'GPT-2 124M', parts: SIZE.parts.map((part) => ({ ...part, parameters: 1000 * part.parameters })) }],
  trainings: [training('GPT-3', 3e11), training('Llama 2 7B', 2e12)],
  bytes_per_number: 4,
  training_copies: 4,
};
