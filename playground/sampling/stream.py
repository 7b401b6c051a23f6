"""Writing token by token, each with what it was chosen from. B: batch, T: tokens so far, V: vocabulary.

The model runs where it is; its last logits come to the CPU once a token, and stages and draws happen there, so that the
same logits and seed give the same text on every machine.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from playground.config import DecodeConfig, PastContext
from playground.errors import SettingsError
from playground.model.shrink import is_coarse
from playground.sampling.pipeline import Outcome, Pipeline
from playground.sampling.reader import Reader, check_evaluating, prompt_ids, window_start
from playground.sampling.stages import Moment
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
    """Continue a text, one `Step` a token, up to `max_new_tokens` or until `eos_id` is drawn (it is not given out).

    ids: the text so far, `(1, T)`, `(T,)` or a list; decode: settings, or a pipeline with the default ones; top_n:
    alternatives in every step; drawn: number of tokens at the end of `ids` that were drawn with the same seed, so that
    the draws go on where they stopped; first: a token to take first, in place of the one that would be drawn; reader:
    one that has read (part of) the text already; its `context_size` holds then.

    With top-k and temperature alone it draws what the book's code draws after `torch.manual_seed(seed)`, without
    touching PyTorch's global state. Raises `TextError` for an empty prompt, `SettingsError` for a model in training
    mode, and where the model gives NaN.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> len([step.id for step in stream(model, [1, 2, 3], DecodeConfig(max_new_tokens=4))])
    4
    """
    decode = _settings(decode)
    ids = prompt_ids(ids, model)
    if len(ids) != 1:
        raise SettingsError(f"stream continues one text, not {len(ids)}; use stream_samples for several.")
    batch = stream_samples(
        model,
        ids,
        decode,
        seeds=[decode.seed],
        eos_id=eos_id,
        context_size=context_size,
        top_n=top_n,
        drawn=drawn,
        first=first,
        reader=reader,
    )
    for (step,) in batch:
        yield step


@torch.inference_mode()
def stream_samples(
    model: nn.Module,
    ids: Tensor | list[int],
    decode: DecodeConfig | Pipeline | None = None,
    *,
    seeds: Sequence[int],
    eos_id: int | None = None,
    context_size: int | None = None,
    top_n: int = 10,
    drawn: int = 0,
    first: int | None = None,
    reader: Reader | None = None,
) -> Iterator[tuple[Step | None, ...]]:
    """Continue a text several times at once, one row for each of `seeds`: one tuple of steps a place.

    Each row gets what `stream` with its seed would give; a row that has drawn `eos_id` gives None from there on. `ids`
    may hold one row for each seed, of equal length. Otherwise as `stream`.
    """
    decode = _settings(decode)
    pipeline = Pipeline.from_decode(decode)
    text = prompt_ids(ids, model)
    text = text.expand(len(seeds), -1) if len(text) == 1 else text
    check_evaluating(model)
    _check(text, seeds, drawn)
    reader = reader or Reader(model, len(seeds), context_size)
    draws = _Draws(pipeline, seeds)
    _catch_up(draws, reader, text, drawn, decode.past_context)
    running = [True] * len(seeds)
    for number in range(decode.max_new_tokens):
        logits = reader.logits(text, decode.past_context).float().cpu()  # (B, V): the one transfer a token
        seen_from = window_start(text.shape[1], reader.context_size, decode.past_context)
        drawn_ids, steps = draws.next(logits, text, seen_from, top_n, None if number else first)
        running = [goes_on and step.id != eos_id for step, goes_on in zip(steps, running, strict=True)]
        if not any(running):
            return
        if not all(running):
            drawn_ids = drawn_ids.where(torch.tensor(running), eos_id)
        yield tuple(step if goes_on else None for step, goes_on in zip(steps, running, strict=True))
        text = torch.cat([text, drawn_ids.unsqueeze(1)], dim=1)


class _Draws:
    """Chooses the next token of every row; each row has random numbers of its own."""

    def __init__(self, pipeline: Pipeline, seeds: Sequence[int]) -> None:
        self.pipeline = pipeline
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.moment = Moment(seeds=tuple(seeds))
        self._to_skip = 0

    def next(
        self, logits: Tensor, text: Tensor, seen_from: int, top_n: int, taken: int | None = None
    ) -> tuple[Tensor, list[Step]]:
        """The ids drawn, `(B,)`, or `taken`, and their steps, from logits `(B, V)` after `text` `(B, T)`."""
        log_probs = logits.log_softmax(dim=-1)
        outcome = self.pipeline.run(logits, text, self.moment)
        after = outcome.logits.softmax(dim=-1)
        ids = self._draw(after) if taken is None else self._pass_over(logits, taken)
        self._move_on(outcome, ids)
        rows = len(text)
        places, seen = [text.shape[1]] * rows, [seen_from] * rows
        return ids, steps_at(ids, log_probs, after, outcome.rescued, places, seen, top_n)

    def _pass_over(self, logits: Tensor, taken: int) -> Tensor:
        check_ids((taken,), logits.shape[-1], "first")
        self._to_skip += 1
        return torch.full((len(logits),), taken)

    def relive(self, logits: Tensor, text: Tensor, ids: Tensor) -> None:
        """As `next`, where the tokens `ids` `(B,)` are known."""
        self._to_skip += 1
        self._move_on(self.pipeline.run(logits, text, self.moment), ids)

    def skip(self, drawn: int) -> None:
        """As `relive` for so many tokens, where the stages remember nothing: no logits are needed."""
        self._to_skip += drawn
        self.moment = Moment(self.moment.seeds, self.moment.position + drawn)

    def _move_on(self, outcome: Outcome, ids: Tensor) -> None:
        next_mu = outcome.next_mu(ids) if outcome.next_mu else None
        self.moment = Moment(self.moment.seeds, self.moment.position + 1, next_mu)

    def _draw(self, probs: Tensor) -> Tensor:
        """`(B,)`: what `torch.multinomial` draws from each row of `(B, V)` with the row's own generator."""
        if bool((probs.count_nonzero(dim=-1) == 1).all()):  # no choice is left: the random numbers are passed over
            self._to_skip += 1
            return probs.argmax(dim=-1)
        # one exponential for every token; the least of them divided by the probabilities wins
        return (probs / self._noise(probs)).argmax(dim=-1)

    def _noise(self, like: Tensor) -> Tensor:
        noise = torch.empty_like(like)
        for row, generator in zip(noise, self.generators, strict=True):
            for _ in range(1 + self._to_skip):
                row.exponential_(generator=generator)
        self._to_skip = 0
        return noise


def _catch_up(draws: _Draws, reader: Reader, text: Tensor, drawn: int, past_context: PastContext) -> None:
    """Bring `draws` to where they were after the last `drawn` tokens of `text` `(B, T)`."""
    if drawn and draws.pipeline.remembers:
        for length in range(text.shape[1] - drawn, text.shape[1]):
            logits = reader.logits(text[:, :length], past_context).float().cpu()
            draws.relive(logits, text[:, :length], text[:, length])
    else:
        draws.skip(drawn)
        if drawn and is_coarse(reader.model):
            reader.read_as_written(text, drawn, past_context)


def _settings(decode: DecodeConfig | Pipeline | None) -> DecodeConfig:
    if isinstance(decode, Pipeline):
        return DecodeConfig(stages=decode.to_json())
    return decode or DecodeConfig()


def _check(text: Tensor, seeds: Sequence[int], drawn: int) -> None:
    if not seeds or len(text) != len(seeds):
        raise SettingsError(f"seeds: {len(seeds)} seeds do not fit {len(text)} texts; give one for each.")
    if not 0 <= drawn < text.shape[1]:
        raise SettingsError(f"drawn: {drawn} tokens cannot have been drawn in a text of {text.shape[1]} with a prompt.")
