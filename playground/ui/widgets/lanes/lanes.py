"""Texts side by side: one column each, their tokens coloured, where each parts from the first, and its scores."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Lanes(Widget):
    """Its value is a log of lines, only ever appended to: the titles, then tokens with their `lane`, then scores.

    Events: `write`; the server function `stop(job)` ends it.
    """

    scripts: ClassVar[tuple[str, ...]] = ("lib/shades.js", "lanes/grown.js")
    template: ClassVar[str] = """
<section class="lanes" aria-label="Texts side by side">
  <div class="lanes-bar">
    <button type="button" class="desk-button primary lanes-write">Write side by side</button>
    <button type="button" class="desk-button desk-stop" hidden>Stop</button>
    <p class="desk-error" role="alert"></p>
    <button type="button" class="link lanes-save" hidden>Save as JSON</button>
  </div>
  <div class="grown" hidden>
    <div class="grown-head"><h3></h3><p class="lane-note"></p></div>
    <div class="grown-slider"><input type="range" step="1" aria-label="Step of the run"></div>
    <div class="grown-ticks" aria-hidden="true"></div>
    <p class="grown-text written"></p>
    <dl class="lane-score"></dl>
  </div>
  <div class="lanes-grid"></div>
  <p class="lanes-status" role="status"></p>
</section>
"""
