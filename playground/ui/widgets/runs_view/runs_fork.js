// The form of a fork: which checkpoint, and which settings are to be others from there on.

/** makeFork(root, {detail, fork}) → {open(run), close()}; both functions ask the server. */
function makeFork(root, { detail, fork }) {
  const form = root.querySelector('.rf');
  const field = (name) => form.elements[name];
  const settings = ['lr', 'lr_schedule', 'epochs', 'drop_rate', 'weight_decay'];
  let run = null;
  let shown = {}; // what the server said of each setting: one that is typed over stays as it was typed
  let asked = Promise.resolve();

  function fill(found, afresh) {
    if (afresh) {
      field('step').replaceChildren(...[...found.checkpoints].reverse().map(({ step, best, last }) => {
        const marks = [last && 'last', best && 'best'].filter(Boolean).join(', ');
        return node('option', { value: step, text: `step ${fmt.whole(step)}${marks ? ` (${marks})` : ''}` });
      }));
    }
    field('step').value = String(found.step);
    for (const name of settings) {
      const value = String(found.settings[name]);
      if (afresh || field(name).value === shown[name]) field(name).value = value;
      shown[name] = value;
    }
    field('new_name').placeholder = `${found.run}-from-${found.step}`;
  }

  field('step').addEventListener('change', () => {
    const wanted = { run, step: +field('step').value };
    asked = detail(wanted).catch(() => null).then((found) => { // a question that failed must not hold up the fork
      const current = found?.run === run && +field('step').value === wanted.step;
      if (current && !found.error) fill(found, false);
    });
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await asked; // the settings of the step that was chosen last
    const changed = Object.fromEntries(settings.map((name) =>
      [name, name === 'lr_schedule' ? field(name).value : field(name).valueAsNumber]));
    fork({ run, step: +field('step').value, settings: changed, new_name: field('new_name').value });
  });

  return {
    async open(name) {
      run = name;
      const found = await detail({ run });
      if (!found || found.error || run !== name) return found?.error ?? 'The server did not answer; try again.';
      if (!found.checkpoints.length) return `${name} has no checkpoint to fork from yet.`;
      field('new_name').value = '';
      fill(found, true);
      form.hidden = false;
      field('lr').focus();
      return '';
    },
    close() {
      form.hidden = true;
    },
  };
}
