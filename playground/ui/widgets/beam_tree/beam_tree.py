"""The tree of a beam search: one column a token, one box a beginning that was kept, the winner's way marked."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class BeamTree(Widget):
    """Its value is `{prompt, nodes, texts, receipt}`, `{busy}` or `{error}`; `search` is its event.

    `receipt` is that of the best text: `{json, python, command}`.
    """

    scripts: ClassVar[tuple[str, ...]] = ("lib/shades.js", "lib/take_out.js")
    template: ClassVar[str] = """
<section class="beams" aria-label="Beam search">
  <div class="beams-bar">
    <button type="button" class="desk-button primary beams-search">Search</button>
    <p class="desk-error" role="alert"></p>
    <p class="beams-status" role="status"></p>
  </div>
  <div class="beams-found" hidden>
    <ol class="beams-texts"></ol>
    <div class="desk-links beams-links">
      <span>The best text:</span>
      <button type="button" class="link" data-copy="python">Copy as Python</button>
      <button type="button" class="link" data-copy="command">Copy as command</button>
      <button type="button" class="link" data-copy="save">Save receipt</button>
      <span class="receipt-note" role="status"></span>
    </div>
    <div class="beams-scroll"><svg></svg></div>
    <p class="beams-why"></p>
    <p class="beams-key">Each box is a token of a beginning that was kept: ■ complete, □ complete but beaten,
      × no continuation was among the best, … cut short.</p>
  </div>
</section>
"""
