import { equal, ok, test } from '/tests/check.js';
import { fileName, linesOf, rowsOf, xmlText } from '/widgets/saving/lines.js';

const length = (/** @type {string} */ text) => text.length;

test('a text is broken between words', () => {
  equal(linesOf('one two three four', 9, length), ['one two', 'three', 'four']);
  equal(linesOf('  one\n two ', 20, length), ['one two']);
  equal(linesOf('incomprehensibilities are long', 9, length), ['incomprehensibilities', 'are long']);
  equal(linesOf('', 9, length), []);
});

test('things stand side by side until a row is full', () => {
  equal(rowsOf([40, 40, 40], 100, 10), [{ x: 0, row: 0 }, { x: 50, row: 0 }, { x: 0, row: 1 }]);
  equal(rowsOf([400, 40], 100, 10), [{ x: 0, row: 0 }, { x: 0, row: 1 }]);
});

test('what XML cannot write is replaced', () => {
  equal(xmlText('a\u0000b\u0008c\tdé😀'), 'a\uFFFDb\uFFFDc\tdé😀');
  equal(xmlText('\uD800x\uDC00\uFFFF'), '\uFFFDx\uFFFD\uFFFD');
  ok(!new DOMParser().parseFromString(`<a>${xmlText('\u0001\uD800')}</a>`, 'text/xml').querySelector('parsererror'), 'not XML');
});

test('a name becomes the name of a file', () => {
  equal([fileName('a/b: "Ö" 1.5'), fileName('../..'), fileName('story-recorded-chart')], ['a-b-Ö-1.5', 'chart', 'story-recorded-chart']);
});
