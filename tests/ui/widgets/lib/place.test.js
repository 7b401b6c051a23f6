import { equal, test, until } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import {
  addressOf, getParameter, goTo, linkOf, onPlace, placeOf, readPlace, setDefaultPrompt, setParameter,
} from '/widgets/lib/place.js';

const PAGE = 'http://localhost:7860/';
const LAB = encodeURIComponent(JSON.stringify({ source: 'model', run: 'tale', step: 4, prompt: 'The rain' }));

test('an address without a place opens the Train tab, the last step and the default prompt', () => {
  equal(placeOf(PAGE, 'Every'), { tab: 'train', run: '', step: 'last', prompt: 'Every' });
});

test('an address names tab, run, step and prompt in any script', () => {
  const place = { tab: 'generate', run: 'Märchen & 故事', step: '120', prompt: 'a=b&c #?\n“é”' };
  equal(placeOf(addressOf(PAGE, place)), place);
});

test('links of earlier versions open the laboratory with the model of their state', () => {
  equal(placeOf(`${PAGE}?lab=${LAB}`), { tab: 'decoding', run: 'tale', step: '4', prompt: 'The rain' });
  equal(placeOf(`${PAGE}?lab=%7B%22seed%22%3A7%7D`, 'Every'), { tab: 'decoding', run: '', step: 'last', prompt: 'Every' });
  equal(placeOf(`${PAGE}?lab=damaged`).tab, 'decoding');
});

test('a link to a run on the Train tab stays one when the laboratory has a state', () => {
  const address = addressOf(`${PAGE}?tab=train&run=a&lab=${LAB}`, { run: 'b' });
  equal([placeOf(address).tab, placeOf(address).run], ['train', 'b']);
});

test('what has its default is left out of the address', () => {
  equal(addressOf(`${PAGE}?run=a&step=4&prompt=b`, { step: 'last', prompt: 'Every' }, 'Every'), `${PAGE}?run=a`);
});

test('another run starts at its last step and loses the moment, unless the change says more', () => {
  equal(addressOf(`${PAGE}?run=a&step=4&moment=9`, { run: 'b' }), `${PAGE}?run=b`);
  equal(addressOf(`${PAGE}?run=a&step=4`, { run: 'b', step: '8' }), `${PAGE}?run=b&step=8`);
  equal(addressOf(`${PAGE}?run=a&step=4&moment=9`, { run: 'a' }), `${PAGE}?run=a&step=4&moment=9`);
});

test('a link leaves out what belongs to other tabs', () => {
  equal(linkOf(`${PAGE}?run=a&lab=1&desk=2&tab=generate&compare=a,b`), `${PAGE}?run=a&desk=2&tab=generate`);
});

test('listeners hear of changes, of parameters too, and Back returns to the place before', async () => {
  const element = node('p');
  document.body.replaceChildren(element);
  /** @type {string[]} */
  const heard = [];
  onPlace(element, ({ run, step }) => heard.push(`${run}/${step}`));
  goTo({ run: 'one' });
  goTo({ run: 'one' }); // no change
  goTo({ run: 'two', step: '8' });
  goTo({ step: '9' }, { replace: true });
  setParameter('compare', 'one,two');
  equal([heard, getParameter('compare')], [['one/last', 'two/8', 'two/9', 'two/9'], 'one,two']);
  history.back();
  await until(() => readPlace().run === 'one', 'never went back');
  await until(() => heard.at(-1) === 'one/last', 'not told of Back');
  element.remove();
  const { length } = heard;
  goTo({ run: 'three' });
  equal(heard.length, length);
});

test('the default prompt holds where the address names none', () => {
  setDefaultPrompt('Es war einmal');
  equal(readPlace().prompt, 'Es war einmal');
  goTo({ prompt: 'Once' });
  equal([readPlace().prompt, getParameter('prompt')], ['Once', 'Once']);
  goTo({ prompt: 'Es war einmal' });
  equal([readPlace().prompt, getParameter('prompt')], ['Es war einmal', null]);
  setDefaultPrompt('');
});
