"""The desk for programs: one named endpoint with plain values in and out."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from playground.config import DecodeConfig
from playground.errors import PlaygroundError
from playground.sampling.writing import write_text
from playground.ui.context import Context
from playground.ui.tabs.generate.answers import use_threads_for
from playground.ui.tabs.generate.start import Start


def make_generate(context: Context) -> Callable[..., dict[str, Any]]:
    """The endpoint `generate`, for `gr.api`."""

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

        def decode() -> DecodeConfig:
            return DecodeConfig(
                max_new_tokens=max_new_tokens,
                temperature=temperature,
                top_k=top_k,
                seed=seed,
                stages=stages or None,
                stop=stop or None,
                past_context=past_context,  # type: ignore[arg-type]  # DecodeConfig checks it
            )

        try:
            opened = Start(run, checkpoint, prompt, decode, weights).open(context)
            use_threads_for(opened.model)
            pieces = list(write_text(opened.model, opened.tokenizer, opened.ids, opened.decode))
        except PlaygroundError as error:
            raise gr.Error(str(error)) from None
        return {
            "run": opened.run,
            "step": opened.step,
            "text": "".join(piece.text for piece in pieces),
            "ended": pieces[-1].ended,
            "tokens": [piece.to_dict() for piece in pieces if piece.step is not None],
        }

    return generate
