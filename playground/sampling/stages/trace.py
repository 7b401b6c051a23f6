"""What every stage of a pipeline did to one distribution, as numbers and as a table. V: vocabulary."""

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.sampling.probabilities import entropy_bits, rank_of
from playground.sampling.stages.base import REMOVED, Stage


@dataclass(frozen=True, eq=False)
class StageTrace:
    """The distribution after one stage, and what the stage changed."""

    stage: Stage | None
    """None in the first row: the model's own distribution."""
    index: int | None
    """The stage's index in the pipeline, from 0."""
    logits: Tensor
    """`(V,)`, −inf for a removed token."""
    probs: Tensor
    """`(V,)`, sums to 1."""
    removed: Tensor
    """Ids of the tokens that the stage removed, ascending."""
    removed_probability: float
    """Their probability before the stage; the other probabilities were divided by 1 minus this."""
    moved_probability: float
    """Probability that the stage shifted among the remaining tokens, apart from that division (total variation)."""
    kept: int
    """Number of remaining tokens."""
    entropy_bits: float
    rescued: bool
    """Whether the stage would have removed every token, so that the likeliest was kept."""

    @property
    def choices(self) -> float:
        """Effective number of choices: 2 to the power of the entropy."""
        return 2.0**self.entropy_bits

    @property
    def name(self) -> str:
        """The stage in Python, such as `TopK(k=3)`; `model` in the first row."""
        return "model" if self.stage is None else repr(self.stage)


@dataclass(frozen=True, eq=False)
class Trace:
    """From the model's distribution to the one that is drawn from: one row per stage that is on.

    `rows[0]` is the model's own distribution; `str(trace)` is a table.
    """

    rows: tuple[StageTrace, ...]

    @property
    def before(self) -> Tensor:
        """`(V,)`: the model's probabilities."""
        return self.rows[0].probs

    @property
    def after(self) -> Tensor:
        """`(V,)`: the probabilities that the next token is drawn with."""
        return self.rows[-1].probs

    @property
    def kept_ids(self) -> list[int]:
        """Ids that remain after all stages, ascending."""
        return (self.rows[-1].logits > REMOVED).nonzero().flatten().tolist()

    @property
    def rescued(self) -> bool:
        """Whether any stage would have removed every token."""
        return any(row.rescued for row in self.rows)

    def rank(self, token_id: int) -> int:
        """Rank of a token in the model's own distribution; 1 is the likeliest."""
        return rank_of(self.before, token_id)

    def removed_by(self, token_id: int) -> StageTrace | None:
        """The row of the stage that removed this token; None if it remains."""
        return next((row for row in self.rows if bool((row.removed == token_id).any())), None)

    def __str__(self) -> str:
        cells = [("stage", "kept", "removed", "probability", "moved", "entropy", "choices", "")]
        for row in self.rows:
            is_stage = row.stage is not None
            cells.append(
                (
                    row.name,
                    f"{row.kept:,}",
                    f"{len(row.removed):,}" if is_stage else "",
                    f"{row.removed_probability:.2%}" if is_stage else "",
                    f"{row.moved_probability:.2%}" if is_stage else "",
                    f"{row.entropy_bits:.3f} bits",
                    f"{row.choices:,.2f}",
                    "nothing was left: kept the likeliest token" if row.rescued else "",
                )
            )
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if number in (0, 7) else cell.rjust(width)
                for number, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in cells
        )


def first_row(logits: Tensor) -> StageTrace:
    """The row of the model's own distribution, from logits `(V,)`."""
    probs = logits.softmax(dim=-1)
    return StageTrace(
        stage=None,
        index=None,
        logits=logits,
        probs=probs,
        removed=torch.empty(0, dtype=torch.long),
        removed_probability=0.0,
        moved_probability=0.0,
        kept=int((logits > REMOVED).sum()),
        entropy_bits=float(entropy_bits(probs)),
        rescued=False,
    )


def next_row(stage: Stage, index: int, last: StageTrace, logits: Tensor, rescued: bool) -> StageTrace:
    """The row of `stage`, which turned the logits of `last` into `logits`, both `(V,)`."""
    removed = (logits == REMOVED) & (last.logits > REMOVED)
    probs = logits.softmax(dim=-1)
    only_renormalized = last.logits.masked_fill(removed, REMOVED).softmax(dim=-1)
    return StageTrace(
        stage=stage,
        index=index,
        logits=logits,
        probs=probs,
        removed=removed.nonzero().flatten(),
        removed_probability=float(last.probs[removed].sum()),
        moved_probability=float((probs - only_renormalized).clamp(min=0).sum()),
        kept=int((logits > REMOVED).sum()),
        entropy_bits=float(entropy_bits(probs)),
        rescued=rescued,
    )
