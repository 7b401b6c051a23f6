// Random inputs for tests, the same ones every time.

/** Numbers from 0 to 1 (the generator is mulberry32). @param {number} seed */
export function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whole numbers below a bound. @param {number} seed @returns {(bound: number) => number} */
export function randomIntegers(seed) {
  const random = randomNumbers(seed);
  return (bound) => Math.floor(random() * bound);
}
