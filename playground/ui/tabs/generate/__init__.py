"""The Generate tab, a writing desk: a model that was trained here writes, and every token can be opened and changed."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.config import DecodeConfig, TrainConfig
from playground.errors import PlaygroundError
from playground.sampling.receipt import Receipt
from playground.ui.context import Context
from playground.ui.forms import LABELS, Fields
from playground.ui.queries import answer, field
from playground.ui.tabs.generate.choices import checkpoint_choices, run_choices
from playground.ui.tabs.generate.log import last_receipt
from playground.ui.tabs.generate.memory import Memory
from playground.ui.tabs.generate.receipts import make_receipt
from playground.ui.tabs.generate.writer import LONGEST_PROMPT, Writer
from playground.ui.widgets.token_strip import TokenStrip


@dataclass(frozen=True)
class GenerateTab:
    """What other tabs and the page need of this one."""

    run: gr.Dropdown
    checkpoint: gr.Dropdown
    refresh: Callable[[str | None], tuple[Any, Any]]
    """What `run` and `checkpoint` should show now, from the run chosen; for whatever makes runs or shows the tab."""
    strip: TokenStrip


def build(context: Context) -> GenerateTab:
    """Lay out the tab and wire its events."""
    writer, memory = Writer(context), Memory(context)
    fields = Fields(DecodeConfig())

    def stop(job: str) -> bool:
        """End what is being written under this job; false when it has ended already."""
        return writer.stop(job)

    def receipt(query: Any) -> Any:
        """The text in view of a `log` as a receipt, as Python and as a command."""

        def make() -> dict[str, Any]:
            made = make_receipt(context, field(query, "log", str))
            folder = "checkpoints" if context.limits.is_public else str(context.store.root)
            return {"json": made.to_json(), "python": made.as_python(folder), "command": made.as_command(folder)}

        return answer(make)

    def copied(query: Any) -> Any:
        """What of a text (`run`, `step`, `ids`) stands word for word in the text the run was trained on."""
        return answer(
            lambda: memory.copied(field(query, "run", str), field(query, "step", int), field(query, "ids", list))
        )

    def refresh(run_name: str | None) -> tuple[Any, Any]:
        """The runs there are now; the chosen one stays while it exists, else the newest is chosen."""
        choices = run_choices(context)
        chosen = run_name if run_name in [name for _, name in choices] else (choices[0][1] if choices else None)
        return gr.Dropdown(choices=choices, value=chosen), gr.Dropdown(choices=checkpoint_choices(context, chosen))

    with gr.Column(elem_classes="pg-panel desk-form"):
        with gr.Row(equal_height=True):
            with gr.Column(scale=3, min_width=280):
                prompt = gr.Textbox(
                    TrainConfig().start_context,
                    label="Prompt",
                    lines=5,
                    max_lines=12,
                    max_length=LONGEST_PROMPT,
                    elem_id="desk-prompt",
                )
            with gr.Column(scale=1, min_width=240):
                # Custom values: a name may be typed where runs are not listed; the server checks it in any case.
                names: dict[str, Any] = {"interactive": True, "allow_custom_value": True}
                run = gr.Dropdown([], label="Run", elem_id="desk-run", **names)
                checkpoint = gr.Dropdown(
                    checkpoint_choices(context, None), value="last", label="Checkpoint", elem_id="desk-step", **names
                )
        with gr.Row():
            fields.widgets["temperature"] = gr.Slider(
                0, 5, 1.0, step=0.05, label=LABELS["temperature"], min_width=260, elem_id="desk-temperature"
            )
            # An empty gr.Number shows 0, so 0 it is: no top-k.
            fields.widgets["top_k"] = gr.Number(
                0, minimum=0, step=1, label="Top-k (0: all)", min_width=90, elem_id="desk-top_k"
            )
            for name in ("max_new_tokens", "seed"):
                fields.add(name, info=False, elem_id=f"desk-{name}", min_width=90)
    strip = TokenStrip(server_functions=[stop, receipt, copied], elem_id="desk")

    def decode(values: dict) -> DecodeConfig:
        """The settings as the widgets show them."""
        return fields.read({**values, fields.widgets["top_k"]: values[fields.widgets["top_k"]] or None})

    def write(values: dict) -> Any:
        """Begin a new text."""
        yield from writer.write(values[strip], values[run], values[checkpoint], values[prompt], lambda: decode(values))

    def more(values: dict) -> Any:
        """Go on with the branch in view."""
        yield from writer.more(values[strip], lambda: decode(values))

    def ask(values: dict) -> Any:
        """Take another token and go on from there on a branch of its own."""
        yield from writer.ask(values[strip], lambda: decode(values))

    def restore(values: dict) -> Any:
        """Bring back the desk of a receipt: first its settings, then its text."""
        text = last_receipt(values[strip])
        logs = writer.restore(values[strip], text)
        with suppress(PlaygroundError):  # what is no receipt is told in the log
            made = Receipt.from_json(text or "")
            shown = made.decode.replace(top_k=None)
            steps = checkpoint_choices(context, made.run)
            yield {
                **fields.write(shown),
                fields.widgets["top_k"]: made.decode.top_k or 0,
                run: made.run,
                checkpoint: gr.Dropdown(choices=steps, value=str(made.step)),
                prompt: made.prompt,
                strip: next(logs),
            }
        yield from ({strip: log} for log in logs)

    streaming: dict[str, Any] = {
        "outputs": strip,
        "show_progress": "hidden",
        "concurrency_id": "generate",
        "concurrency_limit": 2,
    }
    settings = {strip, *fields.inputs}
    strip.write(write, {run, checkpoint, prompt, *settings}, api_name="write", **streaming)
    prompt.submit(write, {run, checkpoint, prompt, *settings}, api_visibility="private", **streaming)
    strip.more(more, settings, api_name="continue", **streaming)
    strip.ask(ask, settings, api_name="take_another", **streaming)
    strip.restore(
        restore,
        {strip},
        [strip, run, checkpoint, prompt, *fields.outputs],
        api_name="open_receipt",
        **{name: value for name, value in streaming.items() if name != "outputs"},
    )

    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
    run.focus(refresh, run, [run, checkpoint], api_name="refresh_runs", **quiet)
    run.input(
        lambda name: gr.Dropdown(choices=checkpoint_choices(context, name), value="last"),
        run,
        checkpoint,
        api_name="checkpoints_of",
        **quiet,
    )
    return GenerateTab(run=run, checkpoint=checkpoint, refresh=refresh, strip=strip)
