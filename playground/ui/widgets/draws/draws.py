"""Draws against theory: counts beside what is expected, with 95 % bands, and how a share settles."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Draws(Widget):
    """Its value is the state of the laboratory, of which it changes `n`, `seed` and `follow`.

    The numbers come from the server function `draws(state)`; see `playground.ui.tabs.decoding.draws`.
    """

    scripts: ClassVar[tuple[str, ...]] = ("lib/lab.js",)
    template: ClassVar[str] = """
<section class="draws">
  <div class="controls">
    <label class="many">Draws <input type="range" min="0" max="6" step="0.05" aria-label="Number of draws">
      <input type="number" class="n" min="1" max="1000000" aria-label="Number of draws, as a number"></label>
    <label>Seed <input type="number" class="seed" min="0" max="9007199254740991"></label>
  </div>
  <p class="problem" role="alert" hidden></p>
  <div class="keys"><span class="key drawn">drawn</span><span class="key due">expected</span>
    <span class="key band">95 % band of the count (Wilson); <b>!</b> leaves out what is expected</span></div>
  <ol class="counts" aria-label="Draws and what was expected"></ol>
  <div class="follow"><label>Follow <select aria-label="Word to follow"></select></label><p class="tell"></p></div>
  <svg class="plot" role="img"></svg>
</section>
"""
