import { equal, test } from '/tests/check.js';
import { ownText, readPassage, whereText, writePassage } from '/widgets/microscope/passage_state.js';

test('without a parameter, or with a damaged one, it is the beginning of the validation part', () => {
  const first = { source: 'validation', start: 0, at: -1, text: '', file: '', name: '' };
  for (const given of [null, '', '{', '[]', '{"source":"x","start":-3,"at":1.5,"text":7,"file":[]}']) equal(readPassage(given), first);
});

test('a passage is read back from its parameter', () => {
  for (const state of [
    { source: 'train', start: 400, at: 7, text: '', file: '', name: '' },
    { source: 'own', start: 0, at: -1, text: 'a “b” & 故事\n', file: '', name: '' },
    { source: 'own', start: 200, at: -1, text: '', file: 'ab12', name: 'a “b”.txt' },
    { source: 'chapter', start: 0, at: 2, text: '', file: '', name: '' },
  ]) {
    equal(readPassage(writePassage(/** @type {any} */ (state))), state);
  }
  equal(writePassage(readPassage(null)), '');
});

test('an own text that is too long for an address stays out of it', () => {
  equal(writePassage({ source: 'own', start: 0, at: -1, text: 'x'.repeat(2001), file: '', name: '' }), '{"source":"own"}');
});

test('a passage says where it stands', () => {
  equal(whereText({ start: 400, total: 4679, tokens: Array(200) }), 'Tokens 401 to 600 of 4,679');
});

test('questions have the own text, or the file in its place', () => {
  const state = { ...readPassage(null), text: 'a' };
  equal(ownText(state), { text: '', file: '' });
  equal(ownText({ ...state, source: 'own' }), { text: 'a', file: '' });
  equal(ownText({ ...state, source: 'own', text: ' \n' }), { text: '', file: '' });
  equal(ownText({ ...state, source: 'own', file: 'ab12' }), { text: '', file: 'ab12' });
});
