"""The list of stages: their order, which are on, and the values of each; and whether the order matters."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class StageList(Widget):
    """Its value is the state of the laboratory, of which it changes `stages`; `input` tells of every change.

    The constant `catalogue` describes all stages, the known orders and the lesson. The server function
    `order(state)` answers `{"text": sentence, "stages": the other order or null}`, and `tokens({"state", "text"})`
    answers `{"pairs": [[id, number]]}` for tokens written by hand.
    """

    scripts: ClassVar[tuple[str, ...]] = ("lib/lab.js",)
    template: ClassVar[str] = """
<section class="stage-list">
  <ol aria-label="Stages in their order"></ol>
  <div class="more">
    <select class="add" aria-label="Add a stage"><option value="">Add a stage …</option></select>
    <select class="orders" aria-label="Take a known order"><option value="">Known orders …</option></select>
  </div>
  <p class="order" role="status"></p>
  <button type="button" class="link lesson">A lesson: when the order decides</button>
  <div class="away" aria-live="polite"></div>
</section>
"""
