import { equal, test } from '../check.js';
import { cells, doingText, endText, share } from '/widgets/weights/describe.js';
import { JOB, SIZE } from './fixtures.js';

test('a line says bytes, speed and the time left', () => {
  equal(doingText(JOB), 'GPT-2 124M: fetching · 120 MB of 548 MB · 12.0 MB/s · 36 s left');
  equal(doingText({ ...JOB, bytes_per_s: null, remaining_s: null }), 'GPT-2 124M: fetching · 120 MB of 548 MB');
  equal(doingText({ ...JOB, doing: 'Reading', total: 0, done: 0, bytes_per_s: null, remaining_s: null }), 'GPT-2 124M: reading');
});

test('the share is unknown until the size is', () => {
  equal(share({ ...JOB, done: 274, total: 548 }), 0.5);
  equal(share({ ...JOB, done: 600, total: 548 }), 1);
  equal(share({ ...JOB, total: 0 }), null);
});

test('an end is told once it is there', () => {
  equal(endText(JOB), '');
  equal(endText({ ...JOB, active: false, message: 'It is here.' }), 'It is here.');
  equal(endText({ ...JOB, active: false, failure: 'No room.' }), 'No room.');
});

test('what the machine does not have is marked', () => {
  const told = cells(SIZE, 1e9, 2e9);
  equal(told.map(({ text }) => text).join(' | '), '124 M | 548 MB | 498 MB | 690 MB | 2.60 GB | 21 tokens/s');
  equal(told.filter(({ isMuch }) => isMuch).map(({ label }) => label).join(), 'To train');
  equal(cells({ ...SIZE, download_bytes: 0 }, 1e9, 1e8)[1].text, 'here');
  equal(cells(SIZE, 1e9, 1e9)[2].isMuch, true);
});
