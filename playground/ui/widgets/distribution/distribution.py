"""What the stages make of the distribution: bars before and after, the waterfall of stages, and the same as a table."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Distribution(Widget):
    """Its value is the state of the laboratory; the numbers come from the server function `trace`.

    `trace(state)` answers with the picture that `playground.ui.tabs.decoding.picture` makes, or `{"error": sentence}`.
    """

    scripts: ClassVar[tuple[str, ...]] = ("lib/lab.js", "distribution/bars.js", "distribution/waterfall.js")
    template: ClassVar[str] = """
<section class="distribution">
  <p class="path" aria-label="The path of one token"></p>
  <div class="keys">
    <span class="key was">before the stages</span><span class="key now">after</span>
    <label class="log"><input type="checkbox"> log scale</label>
  </div>
  <p class="problem" role="alert" hidden></p>
  <div class="candidates"></div>
  <p class="summary"></p>
  <p class="notes" role="status" hidden></p>
  <h3>Stage by stage</h3>
  <div class="keys">
    <span class="key gone">cut</span><span class="key up">raised</span><span class="key down">lowered</span>
    <span class="key kept">stays</span>
  </div>
  <div class="stages"></div>
  <details class="table"><summary>The same as a table</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="All numbers"><table></table></div></details>
</section>
"""
