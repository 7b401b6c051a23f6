"""The chapter's picture of temperature: for every word a bar at T = 1, 0.1 and 5, with its table."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Grouped(Widget):
    """Its value is the state of the laboratory; the numbers come from `chapter(state)`, files from `save(request)`."""

    scripts: ClassVar[tuple[str, ...]] = ("lib/lab.js",)
    template: ClassVar[str] = """
<section class="grouped">
  <div class="keys"></div>
  <p class="problem" role="alert" hidden></p>
  <svg class="plot" role="img"></svg>
  <div class="scroll" tabindex="0" role="region" aria-label="The chapter's table"><table></table></div>
  <p class="note"></p>
  <div class="buttons"><button type="button" data-suffix="pdf">Save as PDF</button>
    <button type="button" data-suffix="png">Save as PNG</button></div>
</section>
"""
