"""From a prompt to written text: each step with its characters, up to a stop text, the end of the text, or a length."""

from collections.abc import Iterator, Sequence
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
    """A token and the characters that it completes.

    Two pieces have no token: a first one with the text of the kept ids, and the last one, which has `ended`.
    """

    step: Step | None
    text: str
    """Whole characters that surely belong to the text; empty while a character or possible stop text is incomplete."""
    ended: Ended | None = None
    """`length`: all tokens are written; `end`: the model wrote `<|endoftext|>`; `stop`: the stop text was written."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values that can be written as JSON: those of the step and `text`, or `text` and `ended`."""
        if self.step is None:
            return {"text": self.text, "ended": self.ended}
        return {**self.step.to_dict(), "text": self.text}


def write_text(
    model: nn.Module,
    tokenizer: tiktoken.Encoding,
    prompt: str | list[int],
    decode: DecodeConfig | None = None,
    *,
    kept: Sequence[int] = (),
    top_n: int = 10,
    reader: Reader | None = None,
) -> Iterator[Piece]:
    """Continue a prompt; the texts of all pieces, joined, are what follows `prompt`.

    prompt: text or ids; an empty one becomes `<|endoftext|>`, after which a text begins
    kept: ids that follow the prompt already, written before or chosen by the user; sampling continues after them
    top_n: number of alternatives in every step
    reader: keeps what the model has read between calls

    The text ends before `decode.stop`; the tokens that contain the stop text are yielded all the same. Raises like
    `stream`.

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
    decoder, stop = StreamingDecoder(tokenizer), _StopText(decode.stop)
    if kept:
        yield Piece(None, "".join(stop.push(decoder.push(token_id)) for token_id in kept))
    ids = [*prompt_to_ids(prompt, tokenizer), *kept]
    eos_id = tokenizer.eot_token if decode.stop_at_end else None
    steps = stream(model, ids, decode, eos_id=eos_id, top_n=top_n, drawn=len(kept), reader=reader)
    written = 0
    while not stop.found and (step := next(steps, None)) is not None:
        written += 1
        yield Piece(step, stop.push(decoder.push(step.id)))
    tail = stop.push(decoder.finish()) + stop.finish()
    ended: Ended = "stop" if stop.found else "length" if written == decode.max_new_tokens else "end"
    yield Piece(None, tail, ended)


def prompt_to_ids(prompt: str | list[int], tokenizer: tiktoken.Encoding) -> list[int]:
    """The ids of a prompt; an empty one becomes `<|endoftext|>`.

    >>> from playground.text.tokenizer import load_tokenizer
    >>> prompt_to_ids("Every effort", load_tokenizer()), prompt_to_ids("", load_tokenizer())
    ([6109, 3626], [50256])
    """
    ids = encode(prompt, tokenizer) if isinstance(prompt, str) else list(prompt)
    return ids or [tokenizer.eot_token]


class _StopText:
    """Passes text through up to the stop text, and holds back what may turn out to be its beginning."""

    def __init__(self, stop: str | None) -> None:
        self.found = False
        self._stop = stop
        self._held = ""

    def push(self, text: str) -> str:
        """The part of the text so far that surely comes before the stop text, and was not returned before."""
        if self.found or not self._stop:
            return "" if self.found else text
        self._held += text
        before, found, _ = self._held.partition(self._stop)
        if found:
            self.found, self._held = True, ""
            return before
        longest = min(len(self._stop) - 1, len(self._held))
        held_back = next(n for n in range(longest, -1, -1) if self._held.endswith(self._stop[:n]))
        cut = len(self._held) - held_back
        sure, self._held = self._held[:cut], self._held[cut:]
        return sure

    def finish(self) -> str:
        """What was held back and is no stop text after all."""
        held, self._held = self._held, ""
        return held
