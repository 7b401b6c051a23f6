// Work that costs more than a moment waits until its result would be seen.

import { newest } from './host.js';

/**
 * Wrap `work` so that it runs only while `target` is in sight, `rest_ms` after the last call, with the last input.
 * Until then `target` has the class `stale`.
 * @template Input
 * @param {Element} target
 * @param {(input: Input) => Promise<void>} work
 * @param {number} [rest_ms]
 * @returns {(input: Input) => void}
 */
export function whenSeen(target, work, rest_ms = 160) {
  let calls = 0;
  /** @type {[input: Input, call: number] | null} */
  let waiting = null;
  let isSeen = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const run = newest(async (/** @type {[Input, number]} */ [input, call]) => {
    await work(input);
    if (call === calls) target.classList.remove('stale');
  });

  function plan() {
    clearTimeout(timer);
    if (isSeen && waiting) timer = setTimeout(start, rest_ms);
  }

  function start() {
    if (waiting) run(waiting);
    waiting = null;
  }

  new IntersectionObserver((entries) => {
    isSeen = entries[entries.length - 1].isIntersecting;
    plan();
  }, { rootMargin: '200px' }).observe(target);

  return (input) => {
    waiting = [input, ++calls];
    target.classList.add('stale');
    plan();
  };
}
