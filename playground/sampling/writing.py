"""From a prompt to written text: steps with their characters, up to a stop text, the end, or a length."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import tiktoken
from torch import nn

from playground.config import DecodeConfig
from playground.sampling.reader import Reader
from playground.sampling.steps import Step
from playground.sampling.stream import stream
from playground.text.tokenizer import StreamingDecoder, encode

Ended = Literal["length", "end", "stop"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A token with the characters that can be shown since it came.

    Two pieces have no token: the first one, with the text of what was kept, and the last one, which says why it ended.
    """

    step: Step | None
    text: str
    """Whole characters that belong to the text for sure; empty while a character, or a stop text, may be on its way."""
    ended: Ended | None = None
    """`length`: all tokens are written; `end`: the model wrote `<|endoftext|>`; `stop`: the stop text came."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON: the step's, with `text`; without a step `text` and `ended`."""
        if self.step is None:
            return {"text": self.text, "ended": self.ended}
        return {**self.step.to_dict(), "text": self.text}


def write_text(
    model: nn.Module,
    tokenizer: tiktoken.Encoding,
    prompt: str | list[int],
    decode: DecodeConfig | None = None,
    *,
    kept: list[int] | tuple[int, ...] = (),
    top_n: int = 10,
    reader: Reader | None = None,
) -> Iterator[Piece]:
    """Continue a prompt; the pieces' texts, joined, are all that stands after `prompt`.

    prompt: text, or its ids; an empty one stands for `<|endoftext|>`, where a text begins. kept: ids that follow it
    already (written before, or taken by hand); the draws go on behind them. A text that runs into `decode.stop` ends
    before it; the tokens that hold it are given out all the same. Raises as `stream`.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> from playground.text.tokenizer import load_tokenizer
    >>> model = GPTModel(ModelConfig(vocab_size=257, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> decode = DecodeConfig(max_new_tokens=4, stop_at_end=False)
    >>> pieces = list(write_text(model, load_tokenizer("bytes"), "Every", decode))
    >>> len(pieces), pieces[-1].ended
    (5, 'length')
    """
    decode = decode or DecodeConfig()
    ids = prompt_to_ids(prompt, tokenizer)
    decoder, watch = StreamingDecoder(tokenizer), _StopWatch(decode.stop)
    if kept:  # it may end in half a character, or in the beginning of the stop text
        yield Piece(None, "".join(watch.push(decoder.push(token_id)) for token_id in kept))
        if watch.stopped:
            yield Piece(None, "", "stop")
            return
    steps = stream(
        model,
        [*ids, *kept],
        decode,
        eos_id=tokenizer.eot_token if decode.stop_at_end else None,
        top_n=top_n,
        drawn=len(kept),
        reader=reader,
    )
    written = 0
    for step in steps:
        written += 1
        yield Piece(step, watch.push(decoder.push(step.id)))
        if watch.stopped:
            yield Piece(None, "", "stop")
            return
    tail = watch.push(decoder.finish()) + watch.finish()
    yield Piece(None, tail, "stop" if watch.stopped else "length" if written == decode.max_new_tokens else "end")


def prompt_to_ids(prompt: str | list[int], tokenizer: tiktoken.Encoding) -> list[int]:
    """The ids of a prompt; an empty one becomes `<|endoftext|>`.

    >>> from playground.text.tokenizer import load_tokenizer
    >>> prompt_to_ids("Every effort", load_tokenizer()), prompt_to_ids("", load_tokenizer())
    ([6109, 3626], [50256])
    """
    ids = encode(prompt, tokenizer) if isinstance(prompt, str) else list(prompt)
    return ids or [tokenizer.eot_token]


class _StopWatch:
    """Lets text through up to the stop text, holding back what may turn out to be its beginning."""

    def __init__(self, stop: str | None) -> None:
        self.stop = stop
        self.stopped = False
        self._held = ""

    def push(self, text: str) -> str:
        if self.stopped or not self.stop:
            return "" if self.stopped else text
        self._held += text
        before, found, _ = self._held.partition(self.stop)
        if found:
            self.stopped, self._held = True, ""
            return before
        keep = next(
            n for n in range(min(len(self.stop) - 1, len(self._held)), -1, -1) if self._held.endswith(self.stop[:n])
        )
        sure, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return sure

    def finish(self) -> str:
        held, self._held = self._held, ""
        return held
