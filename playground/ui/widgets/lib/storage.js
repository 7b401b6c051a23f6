// What this browser remembers between visits.

const RUNS = 'pg-runs';

/**
 * Names of the runs that this browser has opened, `added` among them: a public server lists no others.
 * @param {string | null} [added]
 * @returns {string[]}
 */
export function knownRuns(added) {
  /** @type {string[]} */
  let names = [];
  try {
    names = JSON.parse(localStorage.getItem(RUNS) ?? '[]');
    if (added && !names.includes(added)) {
      names = [...names, added].slice(-100);
      localStorage.setItem(RUNS, JSON.stringify(names));
    }
  } catch {
    // storage is switched off: only the name in the address is known
  }
  return added && !names.includes(added) ? [...names, added] : names;
}
