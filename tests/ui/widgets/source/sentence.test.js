import { equal, test } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { originText, sentenceOf, shortenedAtStart } from '/widgets/source/sentence.js';

const BOOK = { chapter: labState().words, prompt: labState().prompt };

test('the sentence is the end of the prompt', () => {
  equal(sentenceOf({ prompt: 'every effort moves you ' }), 'every effort moves you');
  const long = sentenceOf({ prompt: `${'word '.repeat(100)}the end` });
  equal([long.startsWith('… word'), long.endsWith('the end'), long.length <= 162], [true, true, true]);
});

test('a long text is cut between words, one without spaces anywhere', () => {
  equal(shortenedAtStart('one two three', 20), 'one two three');
  equal(shortenedAtStart('one two three', 9), '… three');
  equal(shortenedAtStart('0123456789', 4), '… 6789');
});

test('words are the chapter’s until one of them is changed', () => {
  equal(originText(labState(), BOOK), 'The chapter’s sentence, and its logits for nine words; no model reads it.');
  equal(originText(labState({ prompt: 'you' }), BOOK), 'The chapter’s logits for nine words; no model reads the sentence.');
  equal(originText(labState({ words: [['a', 1]] }), BOOK), 'Words and logits of your own; no model reads the sentence.');
});

test('a model is named with its step, and the reader is told that capitals count', () => {
  const text = originText(labState({ source: 'model', run: 'clock', step: 1500 }), BOOK);
  equal(text, 'Read by clock, step 1,500. “Every” and “every” are different tokens, so the guesses differ.');
  equal(originText(labState({ source: 'model', run: 'clock' }), BOOK).startsWith('Read by clock, last step.'), true);
  equal(originText(labState({ source: 'model', run: 'clock', step: 'best' }), BOOK).startsWith('Read by clock, best step.'), true);
  equal(originText(labState({ source: 'model' }), BOOK), '');
});
