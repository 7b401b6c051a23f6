import { equal, test } from '/tests/check.js';
import { runOf } from '/tests/runs_view/fixtures.js';
import { aboutText, unavailable } from '/widgets/runs_view/actions.js';

/** @param {Partial<import('/widgets/runs_view/columns.js').Run>} changes @param {boolean} [isPublic] */
function listed(changes, isPublic = false) {
  const { hidden, disabled } = unavailable(runOf('a', changes), isPublic);
  return [[...hidden].join(' '), [...disabled].join(' ')];
}

test('a completed run can be written with, forked, renamed and deleted', () => {
  equal(listed({}), ['resume stop', '']);
});

test('a run that is being trained is neither renamed nor deleted nor packed', () => {
  equal(listed({ state: 'running', live: true }), ['resume', 'rename delete download hf book book-optimizer']);
});

test('a paused run can be resumed and stopped', () => {
  equal(listed({ state: 'paused', live: true }), ['', 'rename delete']);
});

test('a pinned run is not deleted', () => {
  equal(listed({ state: 'stopped', pinned: true }), ['stop', 'delete']);
});

test('a run that was not trained has no model', () => {
  equal(listed({ state: 'stopped', step: 0, best_val_loss: null }), ['stop', 'page best last fork tune hf book book-optimizer']);
});

test('imported weights have a model but no text: they are written with, exported, and trained on a text', () => {
  /** @type {Partial<import('/widgets/runs_view/columns.js').Run>} */
  const imported = { state: 'completed', step: 0, best_val_loss: null, source: 'model.pth', has_text: false };
  equal(listed(imported), ['resume stop', 'page what_if follow fork']);
  equal(aboutText(runOf('a', { ...imported, message: 'From model.pth.' })), 'From model.pth.');
  equal(aboutText(runOf('a', { source: 'gpt, step 0', has_text: true, message: '' })), 'Its first weights are those of gpt, step 0.');
});

test('on a public server runs keep their names', () => {
  equal(listed({}, true)[0], 'resume stop rename');
});

test('the parent and the reason of the end are told', () => {
  equal(aboutText(runOf('a', { parent: 'b, step 3', message: 'Broken off.' })), 'Forked from b, step 3. Broken off.');
  equal(aboutText(runOf('a', { live: true, message: 'Reading the text' })), '');
});

test('the training of another visitor is neither stopped nor resumed', () => {
  equal(listed({ state: 'paused', live: true, may_control: false }, true)[0], 'resume stop rename');
  equal(aboutText(runOf('a', { live: true, may_control: false })), 'Another visitor started this training.');
});
