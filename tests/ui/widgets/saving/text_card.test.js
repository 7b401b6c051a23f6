import { equal, test } from '/tests/check.js';
import { cardOf } from '/widgets/saving/text_card.js';

test('a card has the token, its numbers, the alternatives as bars and what the others share', () => {
  const card = cardOf({ i: 4, t: ' sea', p: 0.125, r: 2, h: 2, a: [[9, ' lake', 0.5], [4, ' sea', 0.125]] }, 12);
  equal([...card.children].map((line) => line.textContent), ['“·sea”', '12.5 %, rank 2. Could stand here:', '·lake50.0 %', '·sea12.5 %', '10 other tokens share 37.5 %.']);
  equal([...card.querySelectorAll('.row')].map((row) => [row.className, row.getAttribute('style')]), [['row', '--p: 50.0%'], ['row here', '--p: 12.5%']]);
});

test('stages that changed nothing are not spoken of', () => {
  const card = cardOf({ i: 4, t: ' sea', p: 0.5, r: 1, h: 2, a: [[4, ' sea', 0.5, 0.5], [9, ' lake', 0.25, 0.25]] }, 12);
  equal([...card.children].slice(1, 4).map((line) => line.textContent), ['50.0 %, rank 1. Could stand here:', '·sea50.0 %', '·lake25.0 %']);
});
