"""The section "One text": its tokens and its branches, and the events that write them."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from playground.errors import PlaygroundError
from playground.sampling.receipt import Receipt
from playground.ui.exchange import ServerFunctions
from playground.ui.place import MAX_PROMPT_CHARACTERS, Place
from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.log import last_receipt
from playground.ui.tabs.generate.streams import STREAMING
from playground.ui.tabs.generate.writer import Writer
from playground.ui.widgets.token_strip.token_strip import TokenStrip

_SEED = "(fresh, seed) => fresh ? crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000 : seed"
"""The next text's seed, chosen in the browser: as a second output of the event that writes it would cost time at every
update. Six digits fit the field on a phone."""


def build_one_text(form: Form, writer: Writer, functions: ServerFunctions) -> TokenStrip:
    """Lay out the section, whose widget has these server functions, and wire its events."""
    strip = TokenStrip(server_functions=list(functions), elem_id="desk")

    def write(values: dict) -> Iterator[str]:
        """Begin a new text."""
        yield from writer.write(values[strip], form.start(values))

    def more(values: dict) -> Iterator[str]:
        """Continue the branch in view."""
        yield from writer.more(values[strip], lambda: form.read_settings(values))

    def ask(values: dict) -> Iterator[str]:
        """Take another token and continue from there on a new branch."""
        yield from writer.ask(values[strip], lambda: form.read_settings(values))

    def restore(values: dict) -> Iterator[dict]:
        """Open a receipt: show its settings, then write its text again."""
        receipt_text = last_receipt(values[strip])
        logs = writer.restore(values[strip], receipt_text)
        with suppress(PlaygroundError):  # the log will say that it is not a receipt
            shown = _shown_for(form, Receipt.from_json(receipt_text or ""))
            yield {**shown, strip: next(logs)}
        for log in logs:
            yield {strip: log}

    private = {"api_visibility": "private"}
    for begin, name in ((strip.write, {"api_name": "write"}), (form.prompt.submit, private)):
        seeded = begin(None, [form.fresh_seed, form.seed], form.seed, js=_SEED, **private)
        seeded.then(write, {strip, *form.inputs}, strip, **name, **STREAMING)
    strip.more(more, {strip, *form.settings}, strip, api_name="continue", **STREAMING)
    strip.ask(ask, {strip, *form.settings}, strip, api_name="take_another", **STREAMING)
    strip.restore(restore, {strip}, [strip, *form.inputs], api_name="open_receipt", **STREAMING)
    return strip


def _shown_for(form: Form, receipt: Receipt) -> dict:
    """What the form shows for a receipt."""
    place = Place(run=receipt.run, step=str(receipt.step), prompt=receipt.prompt[:MAX_PROMPT_CHARACTERS])
    shown: dict[Any, Any] = {
        form.place: place.to_json(),
        form.prompt: receipt.prompt,
        form.weights: receipt.weights,
    }
    if receipt.beams is not None:
        return {**shown, form.fields.widgets["past_context"]: receipt.beams.past_context}
    return {**form.write(receipt.decode), **shown}
