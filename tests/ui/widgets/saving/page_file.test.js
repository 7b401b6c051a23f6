import { equal, test } from '/tests/check.js';
import { saved } from '/tests/saving/saved.js';
import { savePage } from '/widgets/saving/page_file.js';

test('the page that the server makes is saved under its name', async () => {
  const files = saved();
  /** @type {object[]} */
  const asked = [];
  const answer = async (/** @type {object} */ query) => {
    asked.push(query);
    return { name: 'river.html', text: '<!doctype html>' };
  };
  equal(await savePage(answer, 'river'), '');
  equal(asked, [{ run: 'river' }]);
  equal([files[0].name, files[0].blob.type, await files[0].blob.text()], ['river.html', 'text/html', '<!doctype html>']);
});

test('why there is no page is returned', async () => {
  const files = saved();
  equal(await savePage(async () => ({ error: 'The run is gone.' }), 'river'), 'The run is gone.');
  equal(await savePage(async () => undefined, 'river'), 'The page could not be made; try again.');
  equal(files, []);
});
