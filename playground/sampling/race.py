"""Several settings from one prompt with the same random numbers, side by side."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import torch
from torch import Tensor, nn

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.sampling.beam import BeamConfig, beam_search
from playground.sampling.reader import prompt_ids
from playground.sampling.score import read_text
from playground.sampling.steps import Step
from playground.sampling.stream import stream

FEWEST, MOST = 2, 6


def race(
    model: nn.Module,
    ids: Tensor | list[int],
    lanes: Sequence[DecodeConfig | BeamConfig],
    *,
    seed: int = 123,
    max_new_tokens: int = 50,
    eos_id: int | None = None,
    top_n: int = 10,
) -> Iterator[tuple[Step | None, ...]]:
    """Continue a prompt with two to six settings: one tuple of steps a place, None for a lane that has ended.

    `seed` and `max_new_tokens` replace those of every lane. The same random number meets the same token at the same
    place in every lane (each token's probability is divided by it, and the highest wins), so that lanes differ by their
    settings and not by luck. A beam search is run first, then handed out token by token. Raises `SettingsError` for
    another number of lanes, and as `stream`.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> lanes = [DecodeConfig(temperature=0), DecodeConfig(temperature=1.4, top_k=25), BeamConfig(width=2)]
    >>> [len(steps) for steps in zip(*race(model, [1, 2, 3], lanes, max_new_tokens=4))]
    [4, 4, 4]
    """
    if not FEWEST <= len(lanes) <= MOST:
        raise SettingsError(f"lanes: {len(lanes)} settings cannot be compared; choose {FEWEST} to {MOST}.")
    prompt = prompt_ids(ids, model)[:1]
    runners = [_runner(model, prompt, lane, seed, max_new_tokens, eos_id, top_n) for lane in lanes]
    return zip_longest(*runners)


def divergences(lanes: Sequence[Sequence[int]]) -> list[int | None]:
    """For every lane of ids, the first place where it differs from the first lane; None where it does not.

    A lane that ended earlier, or later, differs at the first place that only one of the two has.

    >>> divergences([[1, 2, 3], [1, 2, 3], [1, 5, 3], [1, 2]])
    [None, None, 1, 2]
    """
    return [next((place for place, (a, b) in enumerate(zip_longest(lanes[0], lane)) if a != b), None) for lane in lanes]


def _runner(
    model: nn.Module,
    prompt: Tensor,
    lane: DecodeConfig | BeamConfig,
    seed: int,
    max_new_tokens: int,
    eos_id: int | None,
    top_n: int,
) -> Iterator[Step]:
    lane = lane.replace(max_new_tokens=max_new_tokens)
    eos_id = eos_id if lane.stop_at_end else None
    if isinstance(lane, DecodeConfig):
        return stream(model, prompt, lane.replace(seed=seed), eos_id=eos_id, top_n=top_n)
    best = beam_search(model, prompt, lane, eos_id=eos_id).best
    text = torch.cat([prompt, torch.tensor([best.ids], dtype=torch.long)], dim=1)
    return iter(read_text(model, text, start=prompt.shape[1], past_context=lane.past_context, top_n=top_n))
