import { equal, test } from '/tests/check.js';
import { labState } from '/tests/lab_fixtures.js';
import { changedFields, linkTo, parameterOf } from '/widgets/address/link.js';

const DEFAULTS = labState();
const START = labState({ log: true });
const STATES = { defaults: DEFAULTS, start: START };
const PAGE = 'http://localhost:7860/?__theme=dark#top';

test('only fields that differ from the defaults are named', () => {
  equal(changedFields(structuredClone(DEFAULTS), DEFAULTS), {});
  equal(changedFields({ ...DEFAULTS, seed: 7, log: true }, DEFAULTS), { seed: 7, log: true });
  equal(changedFields(labState({ words: [['pizza', 9]] }), DEFAULTS), { words: [['pizza', 9]] });
});

test('the state can be read back from the address', () => {
  const state = labState({ seed: 7, words: [['a & b = "ü" #?', 1], ['100 %', -2]] });
  const link = new URL(String(linkTo(PAGE, state, STATES)));
  equal({ ...DEFAULTS, ...JSON.parse(link.searchParams.get('lab') ?? '') }, state);
});

test('the rest of the address stays, and the parameter goes with the state that a page opens with', () => {
  const changed = String(linkTo(PAGE, { ...DEFAULTS, seed: 7 }, STATES));
  equal(changed, 'http://localhost:7860/?__theme=dark&lab=%7B%22seed%22%3A7%7D#top');
  equal(String(linkTo(changed, START, STATES)), PAGE);
});

test('the chapter’s own state is an empty one, which differs from none', () => {
  equal([parameterOf(DEFAULTS, STATES), parameterOf(START, STATES)], ['{}', '']);
});

test('a model is named by the address itself', () => {
  equal(parameterOf(labState({ source: 'model', run: 'clock', step: 9, prompt: 'The', seed: 7 }), STATES), '{"source":"model","seed":7}');
});
