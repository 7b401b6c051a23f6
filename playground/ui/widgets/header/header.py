"""The line at the top of the page: its name, what it is, and the switch between light and dark."""

from playground.ui.widgets.base import Widget


class Header(Widget):
    """Name, one sentence, light or dark."""

    template = """
<header class="hd">
  <h1 class="hd-name">GPT playground</h1>
  <p class="hd-line">Train a small GPT from scratch, and see how it chooses its next word.</p>
  <button type="button" class="hd-theme" aria-pressed="false">Dark</button>
</header>
"""
