"""The named endpoint `generate` for programs: plain values in and out."""

from collections.abc import Callable
from typing import Any, cast

import gradio as gr

from playground.config import DecodeConfig, PastContext
from playground.errors import PlaygroundError
from playground.sampling.writing import write_text
from playground.ui.context import Context
from playground.ui.tabs.generate.start import Start


def generate_endpoint(context: Context) -> Callable[..., dict[str, Any]]:
    """The function behind the endpoint, for `gr.api`."""

    def generate(
        run: str,
        prompt: str,
        max_new_tokens: int = 50,
        temperature: float = 1.0,
        top_k: int | None = None,
        seed: int = 123,
        checkpoint: str = "last",
        stages: str | None = None,
        stop: str | None = None,
        past_context: str = "crop",
        weights: str = "float32",
    ) -> dict[str, Any]:
        """Continue a prompt: `text` is what follows it, `tokens` says how each came about, `ended` why it ends."""

        def read_settings() -> DecodeConfig:
            return DecodeConfig(
                max_new_tokens=max_new_tokens,
                temperature=temperature,
                top_k=top_k,
                seed=seed,
                stages=stages or None,
                stop=stop or None,
                past_context=cast(PastContext, past_context),  # DecodeConfig refuses other names
            )

        try:
            start = Start(run, checkpoint, prompt, read_settings, weights).load(context)
            pieces = list(write_text(start.model, start.tokenizer, start.ids, start.settings))
        except PlaygroundError as error:
            raise gr.Error(str(error), print_exception=False) from None
        return {
            "run": start.run,
            "step": start.step,
            "text": "".join(piece.text for piece in pieces),
            "ended": pieces[-1].ended,
            "tokens": [piece.to_dict() for piece in pieces if piece.step is not None],
        }

    return generate
