// An import and a size, as the server describes them.

/** @type {import('/widgets/weights/describe.js').Job} */
export const JOB = {
  number: 3,
  title: 'GPT-2 124M',
  active: true,
  doing: 'Fetching',
  done: 120_000_000,
  total: 548_000_000,
  bytes_per_s: 12_000_000,
  remaining_s: 35.6,
};

/** @type {import('/widgets/weights/describe.js').Size} */
export const SIZE = {
  name: 'gpt2-124M',
  title: 'GPT-2 124M',
  parameters: 124_439_808,
  download_bytes: 548_105_171,
  disk_bytes: 497_759_232,
  writing_bytes: 690_000_000,
  training_bytes: 2_600_000_000,
  fits: true,
  tokens_per_s: 21.3,
  run: '',
};
