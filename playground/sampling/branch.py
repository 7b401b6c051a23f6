"""What if it had said something else: a tree of continuations of one prompt, each of which can be gone back to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.sampling.reader import Reader, prompt_ids
from playground.sampling.steps import Step
from playground.sampling.stream import stream


@dataclass(frozen=True)
class Branch:
    """One continuation: the steps that it shares with its parent, then its own."""

    number: int
    parent: int | None
    """Number of the branch it left; None for the first."""
    fork: int
    """Place in the text where it left its parent: that of the first token of its own."""
    steps: tuple[Step, ...]
    """All its steps after the prompt, the shared ones included."""

    @property
    def ids(self) -> list[int]:
        """The ids after the prompt."""
        return [step.id for step in self.steps]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON: number, parent, fork, and the ids."""
        return {"number": self.number, "parent": self.parent, "fork": self.fork, "ids": self.ids}


class BranchTree:
    """Continuations of one prompt with one model, grown, forked and gone back to.

    Every token keeps the random numbers of its place: two branches differ by the token that was taken by hand and by
    what follows from it, not by luck. One cache serves all: it is cut back to what two branches have in common.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> tree = BranchTree(model, [1, 2, 3], DecodeConfig(max_new_tokens=5))
    >>> first = [step.id for step in tree.grow(0)]
    >>> fork = tree.take(0, position=5, token_id=49)
    >>> fork.number, fork.parent, fork.ids == [*first[:2], 49]
    (1, 0, True)
    """

    def __init__(
        self,
        model: nn.Module,
        prompt: Tensor | list[int],
        decode: DecodeConfig,
        *,
        eos_id: int | None = None,
        top_n: int = 10,
    ) -> None:
        self.model, self.decode, self.eos_id, self.top_n = model, decode, eos_id, top_n
        self.prompt: list[int] = prompt_ids(prompt, model)[0].tolist()
        self.branches = [Branch(0, None, len(self.prompt), ())]
        self._reader = Reader(model)

    def grow(self, number: int, max_new_tokens: int | None = None) -> Iterator[Step]:
        """Continue a branch, step by step; what is taken from the iterator is kept, so it can be stopped at any point.

        max_new_tokens: as in the settings if not given. Raises `SettingsError` for a branch that is not there.
        """
        branch = self.branch(number)
        decode = self.decode if max_new_tokens is None else self.decode.replace(max_new_tokens=max_new_tokens)
        steps = stream(
            self.model,
            self.ids(number),
            decode,
            eos_id=self.eos_id,
            top_n=self.top_n,
            drawn=len(branch.steps),
            reader=self._reader,
        )
        for step in steps:
            branch = Branch(number, branch.parent, branch.fork, (*branch.steps, step))
            self.branches[number] = branch
            yield step

    def take(self, number: int, position: int, token_id: int) -> Branch:
        """Start a new branch that takes another token at a place of the text, counted from the prompt's beginning.

        Raises `SettingsError` where the branch has no token of its own writing there, or the token does not exist.
        """
        branch = self.branch(number)
        kept = position - len(self.prompt)
        if not 0 <= kept <= len(branch.steps):
            last = len(self.prompt) + len(branch.steps)
            raise SettingsError(f"position: {position} is not after the prompt; choose {len(self.prompt)} to {last}.")
        (step,) = stream(
            self.model,
            self.ids(number)[:position],
            self.decode.replace(max_new_tokens=1),
            top_n=self.top_n,
            drawn=kept,
            first=token_id,
            reader=self._reader,
        )
        self.branches.append(Branch(len(self.branches), number, position, (*branch.steps[:kept], step)))
        return self.branches[-1]

    def branch(self, number: int) -> Branch:
        """The branch of a number; raises `SettingsError` if there is none."""
        if not 0 <= number < len(self.branches):
            raise SettingsError(f"branch: there is no branch {number}; choose 0 to {len(self.branches) - 1}.")
        return self.branches[number]

    def ids(self, number: int) -> list[int]:
        """All ids of a branch, prompt included."""
        return [*self.prompt, *self.branch(number).ids]
