"""Writing token by token, each with what it was chosen from. B: batch, T: tokens so far, V: vocabulary.

The model runs where it is; its last logits come to the CPU once a token, and stages and draws happen there, so that the
same logits and seed give the same text on every machine.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.sampling.pipeline import Pipeline
from playground.sampling.reader import Reader, prompt_ids
from playground.sampling.stages import Moment


class Alternative(NamedTuple):
    """One of the likeliest tokens at a place, drawn or not."""

    id: int
    probability: float
    """Under the model."""
    probability_after: float
    """After the stages: what it was drawn with."""


@dataclass(frozen=True, slots=True)
class Step:
    """One token, and how it came about."""

    id: int
    position: int
    """Its place in the text, prompt included, from 0."""
    probability: float
    """Under the model, before the stages."""
    probability_after: float
    """After the stages: what it was drawn with."""
    rank: int
    """Place in the model's ranking, 1 for the likeliest."""
    log_probability: float
    """Natural logarithm of `probability`."""
    entropy_bits: float
    """How unsure the model was."""
    entropy_bits_after: float
    """How unsure the stages left it."""
    seen_from: int
    """First place of the text that the model still saw: above 0 once the text outgrows the context."""
    rescued: bool
    """Whether a stage would have left no token, so that the likeliest was kept."""
    alternatives: tuple[Alternative, ...]
    """The model's likeliest tokens, likeliest first."""

    @property
    def surprise_bits(self) -> float:
        """How surprising the token was to the model: −log2 of its probability."""
        return -self.log_probability / math.log(2)

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, fit for JSON."""
        return {**asdict(self), "alternatives": [other._asdict() for other in self.alternatives]}


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
    reader: Reader | None = None,
) -> Iterator[Step]:
    """Continue a text, one `Step` a token, up to `max_new_tokens` or until `eos_id` is drawn (it is not given out).

    ids: the text so far, `(1, T)`, `(T,)` or a list; decode: settings, or a pipeline with the default ones; top_n:
    alternatives in every step; drawn: number of tokens at the end of `ids` that were drawn with the same seed, so that
    the draws go on where they stopped; reader: one that has read (part of) the text already.

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
    _check(model, text, seeds, drawn)
    reader = reader or Reader(model, len(seeds), context_size)
    draws = _Draws(pipeline, seeds, drawn)
    running = torch.ones(len(seeds), dtype=torch.bool)
    for _ in range(decode.max_new_tokens):
        logits = reader.logits(text).float().cpu()  # (B, V): the one transfer a token
        drawn_ids, steps = draws.next(logits, text, top_n, seen_from=max(0, text.shape[1] - reader.context_size))
        if eos_id is not None:
            running &= drawn_ids != eos_id
            drawn_ids = drawn_ids.where(running, eos_id)
            if not running.any():
                return
        yield tuple(step if goes_on else None for step, goes_on in zip(steps, running.tolist(), strict=True))
        text = torch.cat([text, drawn_ids.unsqueeze(1)], dim=1)


class _Draws:
    """Chooses the next token of every row; each row has random numbers of its own."""

    def __init__(self, pipeline: Pipeline, seeds: Sequence[int], drawn: int) -> None:
        self.pipeline = pipeline
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.moment = Moment(seeds=tuple(seeds), position=drawn)
        self.to_skip = drawn

    def next(self, logits: Tensor, text: Tensor, top_n: int, seen_from: int) -> tuple[Tensor, list[Step]]:
        """The ids drawn, `(B,)`, and their steps, from logits `(B, V)` after `text` `(B, T)`."""
        log_probs = logits.log_softmax(dim=-1)
        outcome = self.pipeline.run(logits, text, self.moment)
        before, after = log_probs.exp(), outcome.logits.softmax(dim=-1)
        # one exponential for every token, the least of those divided by the probabilities wins: torch.multinomial
        ids = (after / self._noise(after)).argmax(dim=-1)
        self.moment = Moment(
            self.moment.seeds, self.moment.position + 1, outcome.next_mu(ids) if outcome.next_mu else None
        )
        return ids, _steps(ids, log_probs, before, after, outcome.rescued, text.shape[1], seen_from, top_n)

    def _noise(self, like: Tensor) -> Tensor:
        noise = torch.empty_like(like)
        for row, generator in zip(noise, self.generators, strict=True):
            for _ in range(self.to_skip):
                row.exponential_(generator=generator)
            row.exponential_(generator=generator)
        self.to_skip = 0
        return noise


def _steps(
    ids: Tensor,
    log_probs: Tensor,
    before: Tensor,
    after: Tensor,
    rescued: Tensor,
    position: int,
    seen_from: int,
    top_n: int,
) -> list[Step]:
    """One step a row, from ids `(B,)` and distributions `(B, V)`."""
    at = ids.unsqueeze(-1)
    p_before, log_p, p_after = (values.gather(-1, at) for values in (before, log_probs, after))
    ranks = (before > p_before).sum(dim=-1) + 1
    top = before.topk(min(top_n, before.shape[-1]))
    columns = zip(
        ids.tolist(),
        p_before[:, 0].tolist(),
        p_after[:, 0].tolist(),
        ranks.tolist(),
        log_p[:, 0].tolist(),
        (torch.special.entr(before).sum(dim=-1) / math.log(2)).tolist(),
        (torch.special.entr(after).sum(dim=-1) / math.log(2)).tolist(),
        rescued.tolist(),
        zip(top.indices.tolist(), top.values.tolist(), after.gather(-1, top.indices).tolist(), strict=True),
        strict=True,
    )
    steps = []
    for token_id, p, p_then, rank, log_probability, entropy, entropy_then, was_rescued, others in columns:
        if not math.isfinite(p):
            raise SettingsError("The model gives NaN instead of probabilities; take an earlier step of the run.")
        alternatives = tuple(map(Alternative, *others))
        steps.append(
            Step(
                token_id,
                position,
                p,
                p_then,
                rank,
                log_probability,
                entropy,
                entropy_then,
                seen_from,
                was_rescued,
                alternatives,
            )
        )
    return steps


def _settings(decode: DecodeConfig | Pipeline | None) -> DecodeConfig:
    if isinstance(decode, Pipeline):
        return DecodeConfig(stages=decode.to_json())
    return decode or DecodeConfig()


def _check(model: nn.Module, text: Tensor, seeds: Sequence[int], drawn: int) -> None:
    if not seeds or len(text) != len(seeds):
        raise SettingsError(f"seeds: {len(seeds)} seeds do not fit {len(text)} texts; give one for each.")
    if not 0 <= drawn < text.shape[1]:
        raise SettingsError(f"drawn: {drawn} tokens cannot have been drawn in a text of {text.shape[1]} with a prompt.")
    if model.training:
        raise SettingsError("The model is in training mode, so dropout would change its text; call model.eval() first.")
