"""From a prompt to written text: steps with their characters, up to a stop text, the end, or a length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import tiktoken
from torch import nn

from playground.config import DecodeConfig
from playground.sampling.reader import Reader
from playground.sampling.steps import Step
from playground.sampling.stream import stream_samples
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
    kept: Sequence[int] = (),
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
    rounds = write_texts(model, tokenizer, prompt, decode, seeds=[decode.seed], kept=kept, top_n=top_n, reader=reader)
    for (piece,) in rounds:
        if piece is not None:
            yield piece


def write_texts(
    model: nn.Module,
    tokenizer: tiktoken.Encoding,
    prompt: str | list[int],
    decode: DecodeConfig | None = None,
    *,
    seeds: Sequence[int],
    kept: Sequence[int] = (),
    top_n: int = 10,
    reader: Reader | None = None,
) -> Iterator[tuple[Piece | None, ...]]:
    """Continue a prompt several times at once, one text for each of `seeds`: one tuple of pieces a round.

    Each text gets the pieces that `write_text` with its seed would give, and None from its last piece on.
    """
    decode = decode or DecodeConfig()
    rows = [_Row(tokenizer, decode) for _ in seeds]
    if kept:  # it may end in half a character, or in the beginning of the stop text
        yield tuple(row.keep(kept) for row in rows)
    rounds = stream_samples(
        model,
        [*prompt_to_ids(prompt, tokenizer), *kept],
        decode,
        seeds=seeds,
        eos_id=tokenizer.eot_token if decode.stop_at_end else None,
        top_n=top_n,
        drawn=len(kept),
        reader=reader,
    )
    while not all(row.is_over for row in rows):
        steps = next(rounds, None)
        if steps is None:
            break
        yield tuple(row.take(step) for row, step in zip(rows, steps, strict=True))
    closing = tuple(row.close() for row in rows)
    if any(closing):
        yield closing


def prompt_to_ids(prompt: str | list[int], tokenizer: tiktoken.Encoding) -> list[int]:
    """The ids of a prompt; an empty one becomes `<|endoftext|>`.

    >>> from playground.text.tokenizer import load_tokenizer
    >>> prompt_to_ids("Every effort", load_tokenizer()), prompt_to_ids("", load_tokenizer())
    ([6109, 3626], [50256])
    """
    ids = encode(prompt, tokenizer) if isinstance(prompt, str) else list(prompt)
    return ids or [tokenizer.eot_token]


class _Row:
    """One text on its way from steps to pieces."""

    def __init__(self, tokenizer: tiktoken.Encoding, decode: DecodeConfig) -> None:
        self._decoder, self._watch = StreamingDecoder(tokenizer), _StopWatch(decode.stop)
        self._left = decode.max_new_tokens
        self._closed = False

    @property
    def is_over(self) -> bool:
        """Whether no more steps are wanted."""
        return self._closed or self._watch.stopped

    def keep(self, ids: Sequence[int]) -> Piece:
        return Piece(None, "".join(self._watch.push(self._decoder.push(token_id)) for token_id in ids))

    def take(self, step: Step | None) -> Piece | None:
        """The piece of a step; None for the step says that the model ended the text before."""
        if step is None or self.is_over:
            return self.close()
        self._left -= 1
        return Piece(step, self._watch.push(self._decoder.push(step.id)))

    def close(self) -> Piece | None:
        """The last piece; None where it was given already."""
        if self._closed:
            return None
        self._closed = True
        tail = self._watch.push(self._decoder.finish())
        stopped = self._watch.stopped
        return Piece(None, tail + self._watch.finish(), "stop" if stopped else "end" if self._left else "length")


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
