import { equal, ok, test, until } from '/tests/check.js';
import { node } from '/widgets/lib/dom.js';
import { briefNote, takeOut } from '/widgets/saving/take_out.js';

/** The names and contents of the files that `work` saves. @param {() => Promise<void>} work */
async function watching(work) {
  /** @type {[string, Promise<string>][]} */
  const saved = [];
  /** @type {Blob[]} */
  const blobs = [];
  const { click } = HTMLAnchorElement.prototype;
  const { createObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    blobs.push(/** @type {Blob} */ (blob));
    return 'blob:test';
  };
  HTMLAnchorElement.prototype.click = function () {
    saved.push([this.download, blobs[blobs.length - 1].text()]);
  };
  try {
    await work();
  } finally {
    HTMLAnchorElement.prototype.click = click;
    URL.createObjectURL = createObjectURL;
  }
  return Promise.all(saved.map(async ([name, text]) => [name, await text]));
}

test('a receipt is saved under its name', async () => {
  /** @type {string[]} */
  const said = [];
  const saved = await watching(() => takeOut('save', { json: '{"a":1}' }, 'tale-5', (text) => said.push(text)));
  equal([saved, said], [[['tale-5.receipt.json', '{"a":1}']], ['Saved.']]);
});

test('a text with its colours is saved as a page', async () => {
  const saved = await watching(() => takeOut('page', { page: '<!doctype html>' }, 'tale-5', () => {}));
  equal(saved, [['tale-5.html', '<!doctype html>']]);
});

test('one form is copied', async () => {
  let copied = '';
  document.execCommand = () => {
    copied = /** @type {HTMLTextAreaElement} */ (document.activeElement).value;
    return true;
  };
  ok(!navigator.clipboard, 'the test page is not served securely');
  /** @type {string[]} */
  const said = [];
  await takeOut('python', { python: 'print(1)', command: 'x' }, 'tale-5', (text) => said.push(text));
  equal([copied, said, document.querySelectorAll('textarea').length], ['print(1)', ['Copied.'], 0]);
});

test('an error is said and nothing is copied', async () => {
  /** @type {string[]} */
  const said = [];
  const saved = await watching(() => takeOut('save', { error: 'There is no text.' }, 'x', (text) => said.push(text)));
  equal([saved, said], [[], ['There is no text.']]);
});

test('a note goes away, the last one after its own time', async () => {
  const target = node('p');
  const say = briefNote(target, 40);
  say('one');
  await new Promise((resolve) => setTimeout(resolve, 25));
  say('two');
  await new Promise((resolve) => setTimeout(resolve, 25));
  equal(target.textContent, 'two');
  await until(() => target.textContent === '', 'the note stayed');
});
