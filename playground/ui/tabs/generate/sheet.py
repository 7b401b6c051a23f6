"""The sheet of the writing desk: one text, its tokens and its branches, bound to the server."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.sampling.receipt import Receipt
from playground.ui.context import Context
from playground.ui.tabs.generate.answers import Answers
from playground.ui.tabs.generate.choices import checkpoint_choices
from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.log import last_receipt
from playground.ui.tabs.generate.memory import Memory
from playground.ui.tabs.generate.server import TextServer
from playground.ui.tabs.generate.writer import Writer
from playground.ui.widgets.token_strip.token_strip import TokenStrip

STREAMING: dict[str, Any] = {"show_progress": "hidden", "concurrency_id": "generate", "concurrency_limit": 2}
"""How every event runs that writes: two at a time on the whole server, the others wait."""

_SEED = "(fresh, seed) => fresh ? crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000 : seed"
"""The next text's seed, chosen in the browser: a second output of what writes would cost time with every update. Six
digits fit the field on a phone."""


def make_sheet(context: Context, form: Form, answers: Answers, memory: Memory) -> TokenStrip:
    """Lay the sheet out here and wire its events."""
    writer = Writer(context, answers)

    server = TextServer(context, answers, memory)
    functions = [server.stop, server.receipt, server.copied, server.stages]
    strip = TokenStrip(server_functions=functions, elem_id="desk")

    def write(values: dict) -> Iterator[str]:
        """Begin a new text."""
        yield from writer.write(values[strip], form.start(values))

    def more(values: dict) -> Iterator[str]:
        """Go on with the branch in view."""
        yield from writer.more(values[strip], lambda: form.decode(values))

    def ask(values: dict) -> Iterator[str]:
        """Take another token and go on from there on a branch of its own."""
        yield from writer.ask(values[strip], lambda: form.decode(values))

    def restore(values: dict) -> Iterator[dict]:
        """Bring back the desk of a receipt: first its settings, then its text."""
        text = last_receipt(values[strip])
        logs = writer.restore(values[strip], text)
        with suppress(PlaygroundError):  # what is no receipt is told in the log
            made = Receipt.from_json(text or "")
            checkpoint = gr.Dropdown(choices=checkpoint_choices(context, made.run), value=str(made.step))
            shown = {form.run: made.run, form.checkpoint: checkpoint, form.prompt: made.prompt}
            settings = form.write(made.decode)
            if made.beams is not None:
                settings = {form.fields.widgets["past_context"]: made.beams.past_context}
            yield {**settings, **shown, form.weights: made.weights, strip: next(logs)}
        for log in logs:
            yield {strip: log}

    private = {"api_visibility": "private"}
    for begin, known_as in ((strip.write, {"api_name": "write"}), (form.prompt.submit, private)):
        seeded = begin(None, [form.fresh_seed, form.seed], form.seed, js=_SEED, **private)
        seeded.then(write, {strip, *form.inputs}, strip, **known_as, **STREAMING)
    strip.more(more, {strip, *form.settings}, strip, api_name="continue", **STREAMING)
    strip.ask(ask, {strip, *form.settings}, strip, api_name="take_another", **STREAMING)
    strip.restore(restore, {strip}, [strip, *form.inputs], api_name="open_receipt", **STREAMING)
    return strip
