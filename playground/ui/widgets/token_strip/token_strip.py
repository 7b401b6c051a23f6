"""The writing desk's sheet: every token coloured and to be opened, the alternatives beside it, the branches below.

Its value is the desk's log (`token_log.js` says what its lines are): a string that is only ever appended to, so that a
stream costs no more than what is new, and that holds all there is to know, so that the server keeps nothing.
"""

from typing import ClassVar

from playground.ui.widgets.base import Widget

MEASURES = ("probability", "surprise", "rank", "entropy")
"""What the colour of a token can mean."""


class TokenStrip(Widget):
    """The sheet with its panel and its tree of branches.

    Events: `write`, `more` (buttons), `ask` (another token was taken: the log ends with the wish), `restore` (a receipt
    was opened: the log ends with it). The server function `stop(job)` ends what is being written; the first line of
    every answer names its job. `receipt({log})` gives `{json, python, command}` of the text in view, `copied({run,
    step, ids})` gives `{spans, train_loss, val_loss}`, `stages({run, step, weights, before, n_prompt,
    settings})` gives `{rows}`; each may give `{error}`.
    """

    scripts: ClassVar[tuple[str, ...]] = (
        "lib/shades.js",
        "token_strip/token_log.js",
        "token_strip/token_panel.js",
        "token_strip/branches.js",
        "token_strip/copied.js",
        "token_strip/desk_actions.js",
        "lib/take_out.js",
        "token_strip/receipts.js",
    )
    template: ClassVar[str] = f"""
<section class="desk" aria-label="The text and its tokens">
  <div class="desk-actions">
    <button type="button" class="desk-button primary desk-write">Write</button>
    <button type="button" class="desk-button desk-stop" hidden>Stop</button>
    <button type="button" class="desk-button desk-more" disabled>Continue</button>
    <p class="desk-error" role="alert"></p>
  </div>
  <div class="desk-grid">
    <div class="desk-sheet">
      <div class="desk-bar">
        <label>Colour <select class="desk-measure" aria-label="Colour the tokens by">
          {"".join(f'<option value="{name}">{name}</option>' for name in MEASURES)}
        </select></label>
        <span class="legend" aria-hidden="true"><span class="legend-low"></span><span class="legend-steps"></span>
          <span class="legend-high"></span></span>
        <label><input type="checkbox" class="desk-spaces"> Show spaces</label>
      </div>
      <div class="strip written" role="listbox" aria-label="Tokens; arrow keys move, Enter opens" hidden></div>
      <p class="strip-empty">Write a beginning, choose a run and press Write. Every word that comes is coloured by how
        likely the model found it, and can be opened.</p>
      <p class="strip-plain sr"></p>
      <div class="copied" hidden>
        <label class="copied-slider">Word for word, <b class="copied-length"></b> tokens or more
          <input type="range" class="copied-least" min="2" max="32" value="8"></label>
        <p><span><i class="copied-key"></i><b class="copied-train-share"></b> from the training text</span>
          <span><i class="copied-key val"></i><b class="copied-val-share"></b> from the validation text</span>
          <span class="copied-gap"></span></p>
      </div>
      <p class="strip-status"><span class="status-text" role="status"></span><span class="status-pointer"
        aria-hidden="true"></span></p>
      <div class="desk-links">
        <span class="with-text" hidden>
          <button type="button" class="link" data-copy="text">Copy text</button>
          <button type="button" class="link" data-copy="python">Copy as Python</button>
          <button type="button" class="link" data-copy="command">Copy as command</button>
          <button type="button" class="link" data-copy="save">Save receipt</button>
        </span>
        <button type="button" class="link receipt-open">Open a receipt</button>
        <input type="file" class="receipt-file" accept=".json,application/json" hidden>
        <span class="receipt-note" role="status"></span>
      </div>
    </div>
    <aside class="token-panel" aria-label="The open token"></aside>
    <nav class="branches" aria-label="Branches" hidden><h3>Branches</h3><ul></ul></nav>
  </div>
</section>
"""
