// Axis ticks and positions on a scale. No DOM here.

/**
 * About `count` round numbers in [low, high]; `whole` keeps them integers.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @param {boolean} [whole]
 */
export function ticks(low, high, count, whole = false) {
  if (!(high > low)) return [low];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  let step = power * (lead > 5 ? 10 : lead > 2 ? 5 : lead > 1 ? 2 : 1);
  if (whole) step = Math.max(1, Math.round(step));
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-9; value += step) {
    found.push(+value.toPrecision(12));
  }
  return found;
}

/**
 * Round numbers for a logarithmic axis: 1, 2 and 5 times a power of ten.
 * @param {number} low
 * @param {number} high
 */
export function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const lead of [1, 2, 5]) {
      const value = +(lead * 10 ** power).toPrecision(6);
      if (value >= low && value <= high) found.push(value);
    }
  }
  return found;
}

/**
 * Index of the value in sorted `values` that is nearest to `at`; -1 for an empty list.
 * @param {number[]} values
 * @param {number} at
 */
export function nearest(values, at) {
  if (!values.length) return -1;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low > 0 && at - values[low - 1] < values[low] - at ? low - 1 : low;
}

/**
 * Where an axis of progress ends: at the planned end, or nearer while little of a long way is done.
 * @param {number} planned
 * @param {number} done
 */
export function horizon(planned, done) {
  if (planned <= 30 || done > planned / 4) return Math.max(planned, done);
  const power = 10 ** Math.floor(Math.log10(Math.max(2 * done, 1)));
  const lead = [1, 2, 5].find((each) => each * power >= 2 * done) ?? 10;
  return Math.min(planned, lead * power);
}
