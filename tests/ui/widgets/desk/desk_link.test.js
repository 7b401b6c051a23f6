import { equal, test, until } from '/tests/check.js';
import { deskText, fieldsOf, keepFields, keepView, stepName } from '/widgets/desk/desk_link.js';
import { getParameter } from '/widgets/lib/place.js';

const DEFAULTS = { temperature: 1, top_k: '', stop: '', stop_at_end: true };

test('a step is named as it is spoken of', () => {
  equal(['last', 'best', '1200'].map(stepName), ['last step', 'best step', 'step 1,200']);
});

test('the address leaves out what has its default', () => {
  equal(deskText(DEFAULTS, DEFAULTS), '');
  equal(deskText({ ...DEFAULTS, top_k: null, stop: null }, DEFAULTS), '');
  equal(deskText({ ...DEFAULTS, temperature: 0, stop: 'The' }, DEFAULTS), '{"temperature":0,"stop":"The"}');
});

test('an emptied field is null', () => {
  equal(deskText({ temperature: '' }, DEFAULTS), '{"temperature":null}');
  equal(deskText({ stop: '12' }, DEFAULTS), '{"stop":"12"}');
});

test('a list of stages is written only where it is used', () => {
  const stages = [{ name: 'top_k', k: 3 }];
  const names = ['seed', 'own_stages', 'stage_list'];
  equal(fieldsOf(names, [5, false, JSON.stringify({ stages })]), { seed: 5, stages: null });
  equal(fieldsOf(names, [5, true, JSON.stringify({ stages })]), { seed: 5, stages: '[{"name":"top_k","k":3}]' });
  equal(fieldsOf(names, [5, true, 'damaged']), { seed: 5, stages: '[]' });
});

test('fields and the view that is open are kept in the address together', async () => {
  const before = location.href;
  const desk = () => getParameter('desk');
  keepFields(['temperature', 'own_stages', 'stage_list'], [1.4, false, ''], { ...DEFAULTS, view: 'text', stages: null });
  equal(desk(), null);
  await until(() => desk() === '{"temperature":1.4}', 'the fields are not written');
  keepView('beams');
  equal(desk(), '{"temperature":1.4,"view":"beams"}');
  keepView('text');
  equal(desk(), '{"temperature":1.4}');
  history.replaceState(null, '', before);
});
