"""The laboratory's state in the page's address: copied and opened elsewhere it shows the same picture."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Address(Widget):
    """Its value is the state of the laboratory; what differs from `defaults` goes into the address's parameter `lab`.

    The constant `defaults` is the chapter's state, to which Reset goes back; `quick` are changes at one click.
    """

    scripts: ClassVar[tuple[str, ...]] = ("lib/lab.js",)
    template: ClassVar[str] = """
<section class="address">
  <div class="quick" role="group" aria-label="The chapter's settings"><span>As in the chapter:</span></div>
  <div class="buttons">
    <button type="button" class="copy">Copy the address</button>
    <button type="button" class="reset">Reset to the chapter's</button>
    <span class="done" role="status"></span>
  </div>
</section>
"""
