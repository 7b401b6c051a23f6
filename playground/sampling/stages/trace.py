"""What every stage of a pipeline did to one distribution, as numbers and as a table. V: vocabulary."""

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.sampling.probabilities import entropy_bits, rank_of
from playground.sampling.stages.base import NEVER, Stage


@dataclass(frozen=True, eq=False)
class StageTrace:
    """The distribution after one stage, and what the stage did to get there."""

    stage: Stage | None
    """None for the first line: the model's own distribution."""
    place: int | None
    """The stage's place in the pipeline, from 0."""
    logits: Tensor
    """`(V,)`, −inf for a token that is out."""
    probs: Tensor
    """`(V,)`, sums to 1."""
    removed: Tensor
    """Ids of the tokens that the stage cut, in rising order."""
    removed_probability: float
    """What they had together before; the others were divided by what was left, 1 minus this."""
    moved_probability: float
    """What went from some of the tokens that stay to others, beyond making up for the cut (total variation)."""
    kept: int
    """Number of tokens still in the running."""
    entropy_bits: float
    rescued: bool
    """Whether the stage would have left nothing, so that the likeliest token was kept."""

    @property
    def choices(self) -> float:
        """Effective number of choices: 2 to the power of the entropy."""
        return 2.0**self.entropy_bits

    @property
    def name(self) -> str:
        """The stage as it was written, such as `TopK(k=3)`; `model` for the first line."""
        return "model" if self.stage is None else repr(self.stage)


@dataclass(frozen=True, eq=False)
class Trace:
    """The way from the model's logits to the distribution that is drawn from, one line a stage that is on.

    `str(trace)` is a table; `rows[0]` is the model's own distribution.
    """

    rows: tuple[StageTrace, ...]

    @property
    def before(self) -> Tensor:
        """`(V,)`: the model's probabilities."""
        return self.rows[0].probs

    @property
    def after(self) -> Tensor:
        """`(V,)`: the probabilities the next token is drawn with."""
        return self.rows[-1].probs

    @property
    def kept_ids(self) -> list[int]:
        """Ids still in the running after all stages, in rising order."""
        return (self.rows[-1].logits > NEVER).nonzero().flatten().tolist()

    @property
    def rescued(self) -> bool:
        """Whether any stage would have left nothing."""
        return any(row.rescued for row in self.rows)

    def rank(self, token_id: int) -> int:
        """Place of a token in the model's own ranking, 1 for the likeliest."""
        return rank_of(self.before, token_id)

    def removed_by(self, token_id: int) -> StageTrace | None:
        """The line of the stage that cut this token; None while it is in the running."""
        return next((row for row in self.rows if bool((row.removed == token_id).any())), None)

    def __str__(self) -> str:
        cells = [("stage", "kept", "removed", "probability", "moved", "entropy", "choices", "")]
        for row in self.rows:
            acted = row.stage is not None
            cells.append(
                (
                    row.name,
                    f"{row.kept:,}",
                    f"{len(row.removed):,}" if acted else "",
                    f"{row.removed_probability:.2%}" if acted else "",
                    f"{row.moved_probability:.2%}" if acted else "",
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
    """The model's own distribution, from logits `(V,)`."""
    return _row(None, None, logits, torch.empty(0, dtype=torch.long), 0.0, 0.0, False)


def next_row(stage: Stage, place: int, last: StageTrace, logits: Tensor, rescued: bool) -> StageTrace:
    """What `stage` made of the distribution of `last`: its logits `(V,)`."""
    removed = (logits == NEVER) & (last.logits > NEVER)
    stays = last.logits.masked_fill(removed, NEVER).softmax(dim=-1)
    moved = (logits.softmax(dim=-1) - stays).clamp(min=0).sum()
    ids, mass = removed.nonzero().flatten(), last.probs[removed].sum()
    return _row(stage, place, logits, ids, float(mass), float(moved), rescued)


def _row(
    stage: Stage | None, place: int | None, logits: Tensor, removed: Tensor, mass: float, moved: float, rescued: bool
) -> StageTrace:
    probs = logits.softmax(dim=-1)
    return StageTrace(
        stage=stage,
        place=place,
        logits=logits,
        probs=probs,
        removed=removed,
        removed_probability=mass,
        moved_probability=moved,
        kept=int((logits > NEVER).sum()),
        entropy_bits=float(entropy_bits(probs)),
        rescued=rescued,
    )
