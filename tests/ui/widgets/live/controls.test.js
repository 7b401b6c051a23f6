import { equal, test } from '/tests/check.js';
import { liveTemplate, statusOf } from '/tests/live/fixtures.js';
import { part, parts } from '/widgets/lib/dom.js';
import { Controls } from '/widgets/live/controls.js';

/** @typedef {import('/widgets/live/status.js').Status} Status */

async function made() {
  const view = await liveTemplate();
  /** @type {string[]} */
  const pressed = [];
  const controls = new Controls(view, (action) => pressed.push(action));
  const rate = part(view, '.lv-lr-value', HTMLInputElement);
  return { view, controls, pressed, rate };
}

/** The buttons that can be pressed. @param {HTMLElement} view */
const enabled = (view) => parts(view, '[data-action]', HTMLButtonElement).filter((button) => !button.disabled).map((button) => button.textContent);

test('the buttons that a state allows are enabled', async () => {
  const { view, controls } = await made();
  /** @type {[Partial<Status>, string[]][]} */
  const cases = [
    [{ state: 'queued' }, ['Stop']],
    [{ state: 'running' }, ['Pause', 'Stop', 'Change']],
    [{ state: 'paused' }, ['Resume', 'Step', 'Stop', 'Change']],
    [{ state: 'stopped', live: false }, ['Resume']],
    [{ state: 'completed', live: false }, ['+1 epoch']],
    [{ state: 'completed', live: false, has_text: false }, []], // weights from elsewhere
    [{ state: 'running', may_control: false }, []], // another visitor's
    [{ state: 'stopped', live: false, may_control: false }, ['Resume']],
  ];
  for (const [changes, buttons] of cases) {
    controls.draw(statusOf(changes));
    equal(enabled(view), buttons);
    equal(view.dataset.state, changes.state);
  }
});

test('a pressed button names its action, the first one that of the state', async () => {
  const { view, controls, pressed } = await made();
  controls.draw(statusOf({ state: 'paused' }));
  for (const button of parts(view, 'button')) button.click();
  controls.draw(statusOf({ state: 'completed', live: false }));
  part(view, '[data-action=extend]').click();
  equal(pressed, ['resume', 'step', 'stop', 'set_lr', 'extend']);
});

test('a typed learning rate stays until it is taken', async () => {
  const { view, controls, pressed, rate } = await made();
  controls.drawLearningRate(0.0012345678, true);
  equal([rate.value, part(view, '.lv-lr-label').textContent], ['0.00123457', 'Peak learning rate']);
  rate.value = '0.5';
  rate.dispatchEvent(new Event('input'));
  controls.drawLearningRate(0.001, false);
  equal([controls.learningRate, part(view, '.lv-lr-label').textContent], [0.5, 'Learning rate']);
  rate.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
  equal(pressed, ['set_lr']);
  controls.learningRateTaken();
  controls.drawLearningRate(0.001, false);
  equal(rate.value, '0.001');
});
