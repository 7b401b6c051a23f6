import { equal, test } from '/tests/check.js';
import { readPassage, whereText, writePassage } from '/widgets/microscope/passage_state.js';

test('without a parameter, or with a damaged one, it is the beginning of the validation part', () => {
  const first = { source: 'validation', start: 0, at: -1, text: '' };
  for (const given of [null, '', '{', '[]', '{"source":"x","start":-3,"at":1.5,"text":7}']) equal(readPassage(given), first);
});

test('a passage is read back from its parameter', () => {
  for (const state of [
    { source: 'train', start: 400, at: 7, text: '' },
    { source: 'own', start: 0, at: -1, text: 'a “b” & 故事\n' },
    { source: 'chapter', start: 0, at: 2, text: '' },
  ]) {
    equal(readPassage(writePassage(/** @type {any} */ (state))), state);
  }
  equal(writePassage(readPassage(null)), '');
});

test('an own text that is too long for an address stays out of it', () => {
  equal(writePassage({ source: 'own', start: 0, at: -1, text: 'x'.repeat(2001) }), '{"source":"own"}');
});

test('a passage says where it stands', () => {
  equal(whereText({ start: 400, total: 4679, tokens: Array(200) }), 'Tokens 401 to 600 of 4,679');
});
