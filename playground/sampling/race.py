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

MIN_LANES, MAX_LANES = 2, 6


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
    """Continue a prompt with two to six settings: a tuple of steps per position, None for a lane that has ended.

    `seed` and `max_new_tokens` replace those of every lane. All lanes use the same random number for the same token at
    the same position, so their texts differ by the settings and not by chance. A beam search draws nothing; it is run
    first, and its best text is then yielded token by token. Raises `SettingsError` for another number of lanes, and
    like `stream`.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> lanes = [DecodeConfig(temperature=0), DecodeConfig(temperature=1.4, top_k=25), BeamConfig(width=2)]
    >>> [len(steps) for steps in zip(*race(model, [1, 2, 3], lanes, max_new_tokens=4))]
    [4, 4, 4]
    """
    if not MIN_LANES <= len(lanes) <= MAX_LANES:
        raise SettingsError(f"lanes: {len(lanes)} settings cannot be compared; choose {MIN_LANES} to {MAX_LANES}.")
    prompt = prompt_ids(ids, model)[:1]

    def steps_of(lane: DecodeConfig | BeamConfig) -> Iterator[Step]:
        lane = lane.replace(max_new_tokens=max_new_tokens)
        lane_eos_id = eos_id if lane.stop_at_end else None
        if isinstance(lane, DecodeConfig):
            return stream(model, prompt, lane.replace(seed=seed), eos_id=lane_eos_id, top_n=top_n)
        best = beam_search(model, prompt, lane, eos_id=lane_eos_id).best
        text = torch.cat([prompt, torch.tensor([best.ids], dtype=torch.long)], dim=1)
        return iter(read_text(model, text, start=prompt.shape[1], past_context=lane.past_context, top_n=top_n))

    return zip_longest(*map(steps_of, lanes))
