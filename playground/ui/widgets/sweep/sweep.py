"""The temperature sweep: probabilities over the temperature, the entropy below, the slider's place marked."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Sweep(Widget):
    """Its value is the state of the laboratory; the numbers come from the server function `sweep(state)`."""

    scripts: ClassVar[tuple[str, ...]] = ("lib/lab.js",)
    template: ClassVar[str] = """
<section class="sweep">
  <p class="problem" role="alert" hidden></p>
  <svg class="plot" role="img"></svg>
  <p class="here"></p>
</section>
"""
