// What this browser remembers between visits.

const RUNS = 'pg-runs';

const VISITOR = 'pg-visitor';

/** This browser's token, if its storage is switched off. */
let unstored = '';

/** A secret by which the server knows which trainings this browser has started. */
export function visitorToken() {
  try {
    const stored = localStorage.getItem(VISITOR);
    if (stored) return stored;
    localStorage.setItem(VISITOR, newToken());
    return localStorage.getItem(VISITOR) ?? '';
  } catch {
    unstored ||= newToken();
    return unstored;
  }
}

const newToken = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

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
