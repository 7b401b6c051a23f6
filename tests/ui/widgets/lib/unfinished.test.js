import { equal, test } from '/tests/check.js';
import { askUntilDone } from '/widgets/lib/unfinished.js';

test('it asks until the work is done, and tells of the progress', async () => {
  const answers = [{ progress: 0 }, { progress: 0.5 }, { loss: 3 }];
  /** @type {number[]} */
  const seen = [];
  const found = await askUntilDone(async () => answers.shift(), {}, (progress) => seen.push(progress) > 0);
  equal([found, seen], [{ loss: 3 }, [0, 0.5]]);
});

test('what is not wanted any more is not asked for again', async () => {
  let asked = 0;
  const found = await askUntilDone(async () => { asked++; return { progress: 0.1 }; }, {}, () => false);
  equal([found, asked], [null, 1]);
});

test('a refusal ends the asking', async () => {
  equal(await askUntilDone(async () => ({ error: 'No.' }), {}, () => true), { error: 'No.' });
});
