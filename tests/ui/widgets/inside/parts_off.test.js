import { equal, test } from '/tests/check.js';
import { SEEN } from '/tests/inside/fixtures.js';
import { existing, partName, partsOf, partsSentence, shifted, toggled, withoutTokens } from '/widgets/inside/parts_off.js';

test('the parts of a text are in one order, each once, and what is no part is left out', () => {
  equal(partsOf('token:10 head:1.0 token:2 head:0.3 attention:0 head:0.3'), ['attention:0', 'head:0.3', 'head:1.0', 'token:2', 'token:10']);
  equal([partsOf('layer:1 head:1 token:x <b>'), partsOf(null), partsOf(7), partsOf('')], [[], [], [], []]);
});

test('a part is switched off, and on again', () => {
  equal(toggled('head:1.0', 'attention:1'), 'attention:1 head:1.0');
  equal(toggled('attention:1 head:1.0', 'attention:1'), 'head:1.0');
});

test('parts are named in words', () => {
  equal(partName('token:1', SEEN), 'the token “·rain” at place 2');
  equal(partsSentence('head:1.0 token:9', SEEN), 'head 0 of layer 1 and token 10');
  equal(partsSentence('attention:0 feed-forward:2 head:0.1'), 'the attention of layer 0, the feed-forward of layer 2 and head 1 of layer 0');
  equal(partsSentence(''), '');
});

test('a smaller model keeps the parts that it has, and the last token cannot be masked', () => {
  equal(existing('attention:1 attention:2 head:1.1 head:1.2 token:2 token:3', { layers: 2, heads: 2, places: 4 }), 'attention:1 head:1.1 token:2');
});

test('places of tokens are counted from another one, or left out', () => {
  equal(shifted('head:0.1 token:2', 7), 'head:0.1 token:9');
  equal(withoutTokens('head:0.1 token:2'), 'head:0.1');
});
