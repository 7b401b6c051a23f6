import { equal, test, until } from '/tests/check.js';
import { liveTemplate } from '/tests/live/fixtures.js';
import { saved } from '/tests/saving/saved.js';
import { part, parts, svgNode } from '/widgets/lib/dom.js';
import { Saving } from '/widgets/live/saving.js';

/** @param {Record<string, (query: any) => Promise<object | undefined>>} server */
async function made(server) {
  const view = await liveTemplate();
  /** @type {string[]} */
  const said = [];
  const svg = svgNode('svg', { viewBox: '0 0 200 100' }, view);
  const drawing = () => ({ svg, title: 'river', sentence: 'It learns.', keys: [] });
  const saving = new Saving(view, server, { run: () => 'river', drawing, say: (sentence) => said.push(sentence) });
  return { view, saving, said };
}

test('before the first evaluation there is nothing to save', async () => {
  const { view, saving } = await made({});
  const disabled = () => parts(view, '.sv button', HTMLButtonElement).map((button) => button.disabled);
  saving.draw(false);
  equal(disabled(), Array(5).fill(true));
  saving.draw(true);
  equal(disabled(), Array(5).fill(false));
});

test('the chart is saved as it is drawn', async () => {
  const { view, said } = await made({});
  const files = saved();
  part(view, '[data-chart=svg]').click();
  part(view, '[data-chart=png]').click();
  await until(() => files.length === 2, 'two files');
  equal(files.map((file) => [file.name, file.blob.type]), [['river-chart.svg', 'image/svg+xml'], ['river-chart.png', 'image/png']]);
  equal(said, []);
});

test("the book's figure is a file of the server, or there is a sentence", async () => {
  /** @type {(object | undefined)[]} */
  const answers = [{ data: btoa('%PDF'), name: 'river-loss.pdf', type: 'application/pdf' }, undefined];
  const { view, said } = await made({ figure: async () => answers.shift() });
  const files = saved();
  part(view, '[data-figure=pdf]').click();
  await until(() => files.length === 1, 'the file');
  equal([files[0].name, await files[0].blob.text()], ['river-loss.pdf', '%PDF']);
  part(view, '[data-figure=pdf]').click();
  await until(() => said.length === 1, 'the sentence');
  equal(said, ['The figure could not be made; try again.']);
});

test('a page is made by the server, and it is said that it comes', async () => {
  const files = saved();
  const { view } = await made({ save_page: async () => ({ name: 'river.html', text: '<!doctype html>' }) });
  part(view, '[data-page]').click();
  equal(part(view, '.sv-note').textContent, 'The page is being made …');
  await until(() => files.length === 1, 'the file');
  equal([files[0].name, await files[0].blob.text()], ['river.html', '<!doctype html>']);
  await until(() => !part(view, '.sv-note').textContent, 'the note stays');
});

test('why there is no page is said', async () => {
  const { view, said } = await made({ save_page: async () => ({ error: 'The run is gone.' }) });
  part(view, '[data-page]').click();
  await until(() => said.length === 1, 'the sentence');
  equal(said, ['The run is gone.']);
});
