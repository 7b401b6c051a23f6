import { equal, test } from '/tests/check.js';
import { EFFECT, HISTORY, look } from '/tests/inside/fixtures.js';
import { appeared, appearedSentence, effectSentence, headLabel, layersSentence, lookedSentence, mostLooked, stateName, whoseName } from '/widgets/inside/words.js';

const MEAN = { layer: null, head: null };
const effect = /** @type {import('/widgets/inside/words.js').Effect} */ (EFFECT);

test('what was looked at most is said in order', () => {
  equal(mostLooked([0.1, 0.6, 0, 0.3], 3).map(({ place }) => place), [1, 3, 0]);
  equal(lookedSentence(look(), MEAN), 'Before saying “ped”, the heads together looked most at “·had” (60.0 %), then at “·rain” (20.0 %) and “The” (10.0 %).');
  equal(lookedSentence(look({ row: [0, 0, 0, 1] }), { layer: 1, head: 0 }), 'Before saying “ped”, layer 1, head 0 looked most at “·stop” (100.0 %), the place where it was itself.');
  equal([whoseName(MEAN), whoseName({ layer: 2, head: null })], ['all heads, mean', 'layer 2, mean']);
});

test('it is said from which part of the model on a token leads', () => {
  equal(layersSentence(look()), '“ped” leads from the attention of layer 1 on, and ends at 75.0 %. Before that, “·sun” led.');
  const { states } = look();
  const other = [...states.slice(0, -1), { ...states[4], r: 3, p: 0.2, a: /** @type {[string, number][]} */ ([[' sun', 0.5]]) }];
  equal(layersSentence(look({ states: other })), '“ped” ends at rank 3 with 20.0 %; “·sun” is likelier (50.0 %).');
  equal(layersSentence(look({ states: states.slice(3) })), '“ped” leads from the attention of layer 1 on, and ends at 75.0 %.');
  equal([stateName('embedding'), stateName('layer 1 attention')], ['embedding', '1 attention']);
});

test('the effect of parts is said with the log-probability and what gains', () => {
  equal(effectSentence(effect, look()), 'Without head 0 of layer 0, “ped” falls from 75.0 % to 9.0 % (log-probability −2.10). “·sun” gains most, 50.0 %.');
  equal(effectSentence({ ...effect, difference: 0.3, p: [0.5, 0.7], gains: [] }, look()), 'Without head 0 of layer 0, “ped” rises from 50.0 % to 70.0 % (log-probability +0.30).');
  equal(effectSentence({ ...effect, difference: 0.001, p: [0.5, 0.5], gains: [] }, look()), 'Without head 0 of layer 0, “ped” hardly changes, 50.0 % (log-probability +0.00).');
  equal(effectSentence({ ...effect, off: '', p: [0.5, 0.5] }, look()), 'With the whole model “ped” has 50.0 %. Switch something off.');
});

test('a head is named for a screen reader', () => {
  equal(headLabel(look(), 0, 0, 'previous token'), 'Layer 0, head 0, previous token: looks most at “·had”, 90.0 %');
  equal(headLabel(look(), 1, 1, ''), 'Layer 1, head 1: looks most at “·stop”, 60.0 %');
});

test('a head appears at the step from which its score stays clear to the end', () => {
  equal(appeared(HISTORY, 'induction'), [{ layer: 0, head: 1, step: 20 }]);
  equal(appeared(HISTORY, 'previous'), [{ layer: 0, head: 0, step: 10 }]);
  equal(appearedSentence(HISTORY, 'induction'), 'One induction head: layer 0, head 1 from step 20 on.');
  equal(appearedSentence({ ...HISTORY, induction: [[[0.1]]] }, 'induction'), 'No induction head: no score stays above 0.4 to the end.');
  const many = Array.from({ length: 6 }, () => 0.9);
  equal(appearedSentence({ steps: [3], induction: [[many]], previous: [] }, 'induction').endsWith('layer 0, head 3 from step 3 on, and 2 more.'), true);
});
