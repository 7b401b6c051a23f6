// The model as it grew: lanes that are steps of a run, and a slider that brings any of them up in large letters. All of
// them are here already, so nobody is asked when it moves. `lanes.js` calls what stands here.

const grown = element.querySelector('.grown');
const slider = grown.querySelector('input');
let follows = true; // the slider goes along with what is being written, until a hand moves it
let large = { lane: null, shown: 0 }; // what the large text shows by now

const bySteps = () => lanes[0]?.step != null;

/** Lay the slider out for new lanes. */
function beginGrown() {
  const last = lanes.length - 1;
  [follows, large] = [true, { lane: null, shown: 0 }];
  grown.hidden = !bySteps();
  grid.classList.toggle('row', bySteps());
  if (!bySteps()) return grid.removeAttribute('tabindex');
  grid.setAttribute('tabindex', '0'); // a row that scrolls is scrolled by keyboard, too
  Object.assign(slider, { min: 0, max: last, value: 0, disabled: last === 0 });
  const ticks = lanes.map(({ step }, number) => node('span', { style: `--at: ${last ? number / last : 0}`, text: fmt.whole(step) }));
  grown.querySelector('.grown-ticks').replaceChildren(...ticks);
}

/** Show the text of the step that the slider stands at, or what has come to it since. */
function drawGrown() {
  if (!bySteps()) return;
  if (follows) slider.value = lanes.findLastIndex((lane) => lane.tokens.length);
  const lane = lanes[slider.value];
  const text = grown.querySelector('.grown-text');
  if (lane !== large.lane) {
    large = { lane, shown: 0 };
    text.replaceChildren(node('span', { class: 'grown-prompt', text: head.prompt }));
    setText(grown.querySelector('h3'), lane.title);
    setText(grown.querySelector('.lane-note'), lane.note);
    slider.setAttribute('aria-valuetext', lane.title);
    lanes.forEach((each) => each.node.classList.toggle('here', each === lane));
    grid.scrollLeft = lane.node.offsetLeft - grid.offsetLeft;
  }
  text.append(...lane.tokens.slice(large.shown).map((token) => tokenNode(token)));
  large.shown = lane.tokens.length;
  grown.querySelector('.lane-score').replaceChildren(...scoreNodes(lane));
}

slider.addEventListener('input', () => {
  follows = false;
  drawGrown();
});
