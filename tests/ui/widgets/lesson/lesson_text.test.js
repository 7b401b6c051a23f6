import { equal, ok, test } from '/tests/check.js';
import { LONGEST, LONGEST_LINK, lessonLink, lessonText, readLesson } from '/widgets/lesson/lesson_text.js';

const DRAFT = { question: 'Which word is next?', answers: ['pizza', '', 'forward '], right: 2, why: 'Its logit is the largest.', hide: ['run', 'verdict'] };
const UNREADABLE = 'The lesson in this address cannot be read: it may have been cut off. Ask for the link again.';

test('what was entered is read back, without answers that were left empty', () => {
  const { text = '' } = /** @type {{ text: string }} */ (lessonText(DRAFT));
  equal(text, '{"q":"Which word is next?","a":["pizza","forward"],"r":1,"w":"Its logit is the largest.","h":["run","verdict"]}');
  const { lesson } = /** @type {any} */ (readLesson(text));
  equal([lesson.question, lesson.guess, lesson.why], [DRAFT.question, { answers: ['pizza', 'forward'], right: 1 }, DRAFT.why]);
  equal([lesson.hide, lesson.conceal], [['run'], ['verdict']]);
});

test('a question needs no answers to choose from', () => {
  const { text = '' } = /** @type {any} */ (lessonText({ ...DRAFT, answers: ['', ''], right: -1, hide: [] }));
  equal(text, '{"q":"Which word is next?","w":"Its logit is the largest."}');
  equal(/** @type {any} */ (readLesson(text)).lesson.guess, null);
});

test('what is missing is said in a sentence', () => {
  const error = (/** @type {object} */ change) => lessonText({ ...DRAFT, ...change }).error;
  equal(error({ question: '  ' }), 'The question is missing; write one.');
  equal(error({ question: 'x'.repeat(401) }), 'The question has 401 characters; shorten it to 400.');
  equal(error({ answers: ['pizza'], right: 0 }), 'One answer leaves nothing to choose; give two or more, or none.');
  equal(error({ answers: ['a', 'b'.repeat(LONGEST.answer + 1)] }), 'An answer has 121 characters; shorten it to 120.');
  equal(error({ right: 1 }), 'No answer is marked as the right one; mark one.');
  equal(error({ why: '' }), 'The sentence of why is missing; the lesson ends with it.');
  equal(error({ why: 'x'.repeat(500) }), 'The sentence of why has 500 characters; shorten it to 400.');
});

test('a link that is too long for an address is refused with a sentence', () => {
  equal(lessonLink('http://page.test/?tab=runs', '{"q":"é"}'), { link: 'http://page.test/?tab=runs&lesson=%7B%22q%22%3A%22%C3%A9%22%7D' });
  const { error = '' } = lessonLink(`http://page.test/?lab=${'x'.repeat(LONGEST_LINK)}`, '{}');
  ok(/^The link would have 8,0\d\d characters, and 8,000 fit: shorten/.test(error), error);
});

test('what is no lesson is refused', () => {
  const good = { q: 'Q', a: ['a', 'b'], r: 0, w: 'W' };
  ok(readLesson(JSON.stringify(good)).error === undefined, 'a good one');
  const wrong = [
    '', '{', '[]', '3', 'null', '"pizza"', '{}',
    ...[{ q: 3 }, { w: null }, { a: 'ab' }, { a: ['a', 3] }, { a: [{}, {}] }, { r: 2 }, { r: 0.5 }, { r: '0' }, { r: -1 }, { h: 'run' },
      { a: Array(6).fill('a') }, { q: 'x'.repeat(LONGEST.question + 1) }].map((change) => JSON.stringify({ ...good, ...change })),
  ];
  for (const text of wrong) equal([text.slice(0, 40), readLesson(text).error], [text.slice(0, 40), UNREADABLE]);
});

test('only parts of the page that are known can be hidden', () => {
  const { lesson } = /** @type {any} */ (readLesson('{"q":"Q","w":"W","h":["tabs","constructor","everything"]}'));
  equal([lesson.hide, lesson.conceal], [['tabs'], []]);
});
