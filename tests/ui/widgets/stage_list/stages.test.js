import { equal, ok, test } from '/tests/check.js';
import { CATALOGUE, FIELDS } from '/tests/stage_list/catalogue.js';
import * as stages from '/widgets/stage_list/stages.js';

const [A, B, C] = ['a', 'b', 'c'].map((name) => ({ name, on: true }));

test('a new stage is on, with values of its own to start with', () => {
  const one = stages.newStage('logit_bias', CATALOGUE.stages.logit_bias.fields);
  equal(one, { name: 'logit_bias', on: true, biases: [] });
  ok(one.biases !== FIELDS.biases.start, 'two stages would share their tokens');
  equal(stages.newStage('dry', CATALOGUE.stages.dry.fields), { name: 'dry', on: true, range: null });
});

test('stages are moved up and down in a new list', () => {
  const list = [A, B, C];
  equal([stages.withMoved(list, 0, 2), stages.withMoved(list, 2, 1), list], [[B, C, A], [A, C, B], [A, B, C]]);
  ok(stages.withMoved(list, 0, 2)?.[2] === A, 'the moved stage is another object');
});

test('a move to nowhere or to the same place is none', () => {
  equal([stages.withMoved([A, B], 0, -1), stages.withMoved([A, B], 1, 2), stages.withMoved([A, B], 1, 1)], [null, null, null]);
});

test('a stage is removed by its place', () => {
  equal(stages.withoutStage([A, B, A], 0), [B, A]);
});

test('lists have the same order when their names agree', () => {
  equal(stages.haveSameOrder([A, B], [{ ...A, on: false }, B]), true);
  equal([stages.haveSameOrder([A, B], [B, A]), stages.haveSameOrder([A], [A, B])], [false, false]);
});

test('settings are taken over without replacing the stages', () => {
  const list = [{ name: 'top_k', on: true, k: 9 }];
  const taken = stages.takeSettings(list, [{ name: 'top_k', on: false, k: 3 }]);
  ok(taken[0] === list[0], 'the stage was replaced');
  equal(list, [{ name: 'top_k', on: false, k: 3 }]);
});

test('arrow keys, Home and End name a place', () => {
  equal(['ArrowUp', 'ArrowDown', 'Home', 'End', 'x'].map((key) => stages.placeAfterKey(key, 2, 5)), [1, 3, 0, 4, undefined]);
});

test('changes are announced with places that count from one', () => {
  equal(stages.gripLabel('Top-k', 0, 2), 'Top-k, place 1 of 2: move with the arrow keys');
  equal(stages.movedText('Top-k', 1, 2), 'Top-k is now stage 2 of 2.');
  equal([stages.addedText('Min-p', 3), stages.removedText('Min-p')], ['Min-p added as stage 3.', 'Min-p taken out.']);
});
