// What the pictures of the decoding laboratory share: how probabilities are written, and how the server is asked.

/** A probability as a percentage with two decimals; too small for them, it says so; cut, it is a plain 0. */
const share = (p) => (p === 0 ? '0' : p < 5e-5 ? '<0.01 %' : `${(100 * p).toFixed(2)} %`);

/** Five significant digits as the chapter prints them: 5.7212e-01. */
const scientific = (p) => (p === 0 ? '0' : p.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2'));

/** An effective number of choices: 2.49, or 42,694 where the fraction says nothing. */
const choices = (count) => (count < 1000 ? count.toFixed(2) : fmt.whole(count));

/** "1 word", "2 words". */
const plural = (count, word) => `${fmt.whole(count)} ${word}${count === 1 ? '' : 's'}`;

/** Call `work` with the newest input only: one at a time; of those that pile up meanwhile, the last is worked on. */
function newest(work) {
  let busy = false;
  let waiting = null;
  return async function run(input) {
    if (busy) {
      waiting = [input];
      return;
    }
    busy = true;
    try {
      await work(input);
    } finally {
      busy = false;
      if (waiting) {
        const [next] = waiting;
        waiting = null;
        run(next);
      }
    }
  };
}

/** Draw again whenever the width of `target` changes. */
function onResize(target, draw) {
  let width = 0;
  new ResizeObserver(() => {
    if (target.clientWidth && target.clientWidth !== width) {
      width = target.clientWidth;
      draw();
    }
  }).observe(target);
}

/** Ask for `work(state)` once the hand rests and `target` is in sight: for pictures that cost more than a blink. */
function whenSeen(target, work, rest_ms = 160) {
  const run = newest(work);
  let wanted = null;
  let seen = false;
  let timer = 0;
  function plan() {
    clearTimeout(timer);
    if (seen && wanted !== null) {
      timer = setTimeout(() => {
        const state = wanted;
        wanted = null;
        run(state).then(() => target.classList.toggle('stale', wanted !== null));
      }, rest_ms);
    }
  }
  new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    plan();
  }, { rootMargin: '200px' }).observe(target);
  return (state) => {
    wanted = state;
    target.classList.add('stale'); // faded by the style until it is drawn anew
    plan();
  };
}

/** Show the sentence of a failed answer in `place`, or hide it; whether the answer can be used. */
function usable(answer, place) {
  const sentence = answer ? answer.error ?? '' : 'The server did not answer; move a control to ask again.';
  setText(place, sentence);
  place.hidden = !sentence;
  return !sentence;
}

/** A table from headings and rows of texts. */
function fillTable(table, head, rows) {
  const line = (tag, texts) => node('tr', {}, ...texts.map((text) => node(tag, { text })));
  table.replaceChildren(node('thead', {}, line('th', head)), node('tbody', {}, ...rows.map((row) => line('td', row))));
}
