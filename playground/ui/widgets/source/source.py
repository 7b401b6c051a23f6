"""Where the logits come from: words with logits that can be edited, or a trained model and a prompt."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Source(Widget):
    """Its value is the state of the laboratory, of which it changes what says where the logits come from.

    The server function `runs("")` answers `{"runs": [{"name", "steps"}]}`; the constant `chapter` holds the
    chapter's words.
    """

    scripts: ClassVar[tuple[str, ...]] = ("lib/lab.js",)
    template: ClassVar[str] = """
<section class="source">
  <div class="switch" role="radiogroup" aria-label="Where the logits come from">
    <label><input type="radio" value="toy"><span>Toy words</span></label>
    <label><input type="radio" value="model"><span>A trained model</span></label>
  </div>
  <div class="toy">
    <details><summary></summary>
      <table aria-label="Words and their logits">
        <thead><tr><th>word</th><th>logit</th><th></th></tr></thead><tbody></tbody>
      </table>
      <div class="buttons"><button type="button" class="add">Add a word</button>
        <button type="button" class="back">The chapter's words</button></div>
    </details>
  </div>
  <div class="model">
    <div class="pair">
      <label>Run <input class="run" list="" placeholder="name of a run" autocomplete="off" spellcheck="false"></label>
      <label>Step <select class="step"></select></label>
    </div>
    <p class="none" hidden>There is no trained model yet: train one in the Train tab, then come back.</p>
    <div class="pair">
      <label>Show <select class="top"></select></label>
      <label>Find a token
        <input class="find" placeholder="as it reads, or #id" autocomplete="off" spellcheck="false"></label>
    </div>
  </div>
  <label class="prompt">Text so far <textarea rows="2" spellcheck="false"></textarea></label>
  <div class="away" aria-live="polite"></div>
</section>
"""
