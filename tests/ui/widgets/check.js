// What a unit test of a module needs: `test` names one, the others throw when something is not as expected.

/** @typedef {() => void | Promise<void>} Work */

/** @type {Map<string, Work>} */
export const tests = new Map();

/**
 * Name a test; the test runner calls it in an empty page.
 * @param {string} name
 * @param {Work} work
 */
export function test(name, work) {
  if (tests.has(name)) throw new Error(`Two tests are called ${name}.`);
  tests.set(name, work);
}

/** @param {unknown} condition @param {string} message */
export function ok(condition, message) {
  if (!condition) throw new Error(message);
}

/**
 * Two values are the same, objects and arrays field by field.
 * @param {unknown} found
 * @param {unknown} expected
 */
export function equal(found, expected) {
  const [one, other] = [show(found), show(expected)];
  ok(one === other, `expected ${other}, found ${one}`);
}

/**
 * Two numbers differ by at most `tolerance`.
 * @param {number} found
 * @param {number} expected
 * @param {number} [tolerance]
 */
export function close(found, expected, tolerance = 1e-9) {
  ok(Math.abs(found - expected) <= tolerance, `expected ${expected} within ${tolerance}, found ${found}`);
}

/** Wait until `condition` holds, at most two seconds. @param {() => unknown} condition @param {string} message */
export async function until(condition, message) {
  for (let tries = 0; tries < 200; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(message);
}

/** @param {unknown} value */
function show(value) {
  return JSON.stringify(value, (_, item) => {
    if (typeof item === 'number' && !Number.isFinite(item)) return String(item);
    if (item === undefined) return 'undefined';
    if (item instanceof Map || item instanceof Set) return [...item];
    if (item && typeof item === 'object' && !Array.isArray(item)) {
      return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    return item;
  });
}
