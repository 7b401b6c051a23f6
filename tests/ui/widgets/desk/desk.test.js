import { equal, test } from '/tests/check.js';
import { mountWidget, texts } from '/tests/mounting.js';
import { goTo, setParameter } from '/widgets/lib/place.js';

/** Mount the widget at an address of its own, and go back to the one before. @param {(desk: import('/tests/mounting.js').Mounted) => void} look @param {string} [address] */
async function at(look, address = '') {
  const before = location.href;
  history.replaceState(null, '', `${location.pathname}${address}`);
  try {
    look(await mountWidget('desk'));
  } finally {
    history.replaceState(null, '', before);
  }
}

test('the run and the step that write are named, also after another is chosen', () =>
  at(({ element }) => {
    equal(texts(element, '.desk-run'), ['with a tale, step 1,200']);
    goTo({ run: 'other <b>' }, { replace: true });
    equal([texts(element, '.desk-run'), texts(element, '.desk-run b')], [['with other <b>, last step'], ['other <b>']]);
  }, '?run=a+tale&step=1200'));

test('without a run it says so', () => at(({ element }) => equal(texts(element, '.desk-run'), ['No run yet'])));

test('settings in the address are reported once', () =>
  at(({ events }) => {
    equal(events, [['opened', { desk: '{"seed":5}' }]]);
    setParameter('desk', '{"seed":6}');
    equal(events.length, 1);
  }, '?desk=%7B%22seed%22%3A5%7D'));
