"""Writing token by token, each with the distribution it was drawn from. B: batch, T: tokens so far, V: vocabulary.

The model runs on its own device. The last logits are moved to the CPU once per token; stages and draws run there, so
that the same logits and seed give the same text on every machine.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.model.inside import SwitchedOff
from playground.model.shrink import is_coarse
from playground.sampling.pipeline import Outcome, Pipeline
from playground.sampling.reader import Reader, check_evaluating, prompt_ids, window_start
from playground.sampling.stages import DrawState
from playground.sampling.stages.base import check_ids
from playground.sampling.steps import Step, steps_at


@torch.inference_mode()
def stream(
    model: nn.Module,
    ids: Tensor | list[int],
    decode: DecodeConfig | Pipeline | None = None,
    *,
    eos_id: int | None = None,
    context_size: int | None = None,
    top_n: int = 10,
    drawn: int = 0,
    first: int | None = None,
    reader: Reader | None = None,
) -> Iterator[Step]:
    """Continue a text, one `Step` per token, up to `max_new_tokens` or until `eos_id` is drawn, which is not yielded.

    ids: the text so far, `(1, T)`, `(T,)` or a list
    decode: the settings, or a pipeline (then all other settings have their defaults)
    context_size: tokens the model sees at most; its context length if not given
    top_n: number of alternatives in every step
    drawn: how many tokens at the end of `ids` were drawn with the same seed; the random numbers continue after them
    first: a token to take first instead of a drawn one
    reader: keeps what the model has read between calls; replaces `context_size`

    With top-k and temperature alone it draws what the book's code draws after `torch.manual_seed(seed)`; PyTorch's
    global random state is not changed. Raises `TextError` for an empty prompt or an unknown token, `SettingsError` for
    a model in training mode and when the model gives NaN.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> len([step.id for step in stream(model, [1, 2, 3], DecodeConfig(max_new_tokens=4))])
    4
    """
    decode = _as_config(decode)
    text = prompt_ids(ids, model)
    if len(text) != 1:
        raise SettingsError(f"stream continues one text, not {len(text)}; use stream_samples for several.")
    sampler = _Sampler(reader or Reader(model, 1, context_size), decode, [decode.seed], top_n)
    sampler.catch_up(text, drawn)
    for (step,) in sampler.steps(text, eos_id, first):
        if step is not None:
            yield step


@torch.inference_mode()
def stream_samples(
    model: nn.Module,
    ids: Tensor | list[int],
    decode: DecodeConfig | Pipeline | None = None,
    *,
    seeds: Sequence[int],
    eos_id: int | None = None,
    top_n: int = 10,
) -> Iterator[tuple[Step | None, ...]]:
    """Continue a text several times in one batch, one row per seed: a tuple of steps per position.

    Each row gets what `stream` with its seed would give, and None once it has drawn `eos_id`. `ids` may hold one row
    per seed, all of the same length. Raises like `stream`, and `SettingsError` when seeds and rows do not match.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> [len(steps) for steps in stream_samples(model, [1, 2], DecodeConfig(max_new_tokens=2), seeds=[1, 2, 3])]
    [3, 3]
    """
    text = prompt_ids(ids, model)
    text = text.expand(len(seeds), -1) if len(text) == 1 else text
    if not seeds or len(text) != len(seeds):
        raise SettingsError(f"seeds: {len(seeds)} seeds do not fit {len(text)} texts; give one for each.")
    sampler = _Sampler(Reader(model, len(seeds)), _as_config(decode), seeds, top_n)
    yield from sampler.steps(text, eos_id)


class _Sampler:
    """Draws the next token of every row; each row has its own random numbers."""

    def __init__(self, reader: Reader, decode: DecodeConfig, seeds: Sequence[int], top_n: int) -> None:
        check_evaluating(reader.model)
        reader.switch_off(SwitchedOff.parse(decode.switched_off))
        self._reader, self._decode, self._top_n = reader, decode, top_n
        self._pipeline = Pipeline.from_decode(decode)
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._state = DrawState(seeds=tuple(seeds))
        self._unused_draws = 0

    def steps(
        self, text: Tensor, eos_id: int | None = None, first: int | None = None
    ) -> Iterator[tuple[Step | None, ...]]:
        """The steps after `text` `(B, T)`, one tuple per position; None in rows that have drawn `eos_id`."""
        running = [True] * len(text)
        for number in range(self._decode.max_new_tokens):
            drawn, steps = self._next(text, first if number == 0 else None)
            running = [was_running and step.id != eos_id for step, was_running in zip(steps, running, strict=True)]
            if not any(running):
                return
            if eos_id is not None and not all(running):
                drawn = drawn.where(torch.tensor(running), eos_id)
            yield tuple(step if is_running else None for step, is_running in zip(steps, running, strict=True))
            text = torch.cat([text, drawn.unsqueeze(1)], dim=1)

    def catch_up(self, text: Tensor, drawn: int) -> None:
        """Put random numbers, state and reader where they were after the last `drawn` tokens of `text` `(B, T)`.

        Raises `SettingsError` where `text` does not have so many tokens after a prompt.
        """
        length = text.shape[1]
        if not 0 <= drawn < length:
            raise SettingsError(f"drawn: {drawn} tokens cannot have been drawn in a text of {length} with a prompt.")
        self._unused_draws = drawn
        if drawn and self._pipeline.has_state:
            for end in range(length - drawn, length):
                outcome = self._pipeline.run(self._logits(text[:, :end]), text[:, :end], self._state)
                self._advance(outcome, text[:, end])
        else:
            self._state = DrawState(self._state.seeds, drawn)
            if drawn and is_coarse(self._reader.model):
                self._reader.read_as_written(text, drawn, self._decode.past_context)

    def _next(self, text: Tensor, chosen: int | None) -> tuple[Tensor, list[Step]]:
        """The ids `(B,)` drawn after `text` `(B, T)`, or `chosen` in every row, and their steps."""
        logits = self._logits(text)
        outcome = self._pipeline.run(logits, text, self._state)
        ids = self._draw(outcome.probs) if chosen is None else self._choose(chosen, outcome.probs)
        self._advance(outcome, ids)
        rows, length = text.shape
        seen_from = window_start(length, self._reader.context_size, self._decode.past_context)
        return ids, steps_at(ids, logits, outcome, [length] * rows, [seen_from] * rows, self._top_n)

    def _logits(self, text: Tensor) -> Tensor:
        """`(B, V)` after `text` `(B, T)`, in float32 on the CPU."""
        return self._reader.logits(text, self._decode.past_context).float().cpu()

    def _choose(self, token_id: int, probs: Tensor) -> Tensor:
        """`(B,)`: a given token in place of a draw, whose random numbers stay unused."""
        rows, vocab_size = probs.shape
        check_ids((token_id,), vocab_size, "first")
        self._unused_draws += 1
        return torch.full((rows,), token_id)

    def _draw(self, probs: Tensor) -> Tensor:
        """`(B,)`: what `torch.multinomial` draws from each row of `(B, V)` with the row's generator."""
        if bool((probs.count_nonzero(dim=-1) == 1).all()):  # no choice: the random numbers stay unused
            self._unused_draws += 1
            return probs.argmax(dim=-1)
        # multinomial draws one exponential per token; the largest ratio of probability to it wins
        return (probs / self._noise(probs)).argmax(dim=-1)

    def _noise(self, like: Tensor) -> Tensor:
        """Exponentials `(B, V)` for this draw; those of unused draws before it are drawn and dropped."""
        noise = torch.empty_like(like)
        for row, generator in zip(noise, self._generators, strict=True):
            for _ in range(1 + self._unused_draws):
                row.exponential_(generator=generator)
        self._unused_draws = 0
        return noise

    def _advance(self, outcome: Outcome, ids: Tensor) -> None:
        """Go to the next position after the tokens `ids` `(B,)`."""
        next_mu = None if outcome.next_mu is None else outcome.next_mu(ids)
        self._state = DrawState(self._state.seeds, self._state.position + 1, next_mu)


def _as_config(decode: DecodeConfig | Pipeline | None) -> DecodeConfig:
    if isinstance(decode, Pipeline):
        return DecodeConfig(stages=decode.to_json())
    return decode or DecodeConfig()
