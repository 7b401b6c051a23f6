"""Pictures and sources for tests of the laboratory."""

import torch

from playground.ui.tabs.decoding.picture import make_picture
from playground.ui.tabs.decoding.source import Source, toy_source
from playground.ui.tabs.decoding.state import LabState


def picture_of(**changes):
    state = LabState(**changes)
    return make_picture(state, toy_source(state))


def big_source(size: int = 50_257) -> Source:
    """A vocabulary of GPT-2's size without a model behind it."""
    logits = torch.randn(size, generator=torch.Generator().manual_seed(1)) * 2
    names = {f"token {i}": i for i in range(size)}
    return Source("model", logits, torch.tensor([1, 2]), lambda i: f"token {i}", names.get)
