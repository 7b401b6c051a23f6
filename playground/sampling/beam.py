"""Beam search, with every beam that was kept, and where and why the others died. W: width, V: vocabulary, T: tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from playground.config import Config, DecodeConfig, PastContext
from playground.sampling.reader import Reader, check_evaluating, prompt_ids


class BeamConfig(Config):
    """Settings of a beam search.

    >>> BeamConfig(width=8).length_penalty
    1.0
    """

    width: int = Field(4, ge=1, le=8, description="Beams that go on side by side; 1 is greedy.")
    length_penalty: float = Field(
        1.0, ge=-5, le=5, description="Power of the length that a score is divided by: above 0 favours longer texts."
    )
    max_new_tokens: int = Field(50, ge=1, le=1000, description="Tokens to write.")
    stop_at_end: bool = Field(True, description="Let beams end where the model writes <|endoftext|>.")
    past_context: PastContext = Field("crop", description=DecodeConfig.model_fields["past_context"].description)


@dataclass(frozen=True)
class BeamNode:
    """One token of one beam that was kept."""

    number: int
    parent: int | None
    """Number of the node before it; None after the prompt."""
    depth: int
    """Tokens after the prompt, itself included."""
    token_id: int
    probability: float
    """Under the model, given what is before it."""
    log_probability: float
    """Sum over the beam so far, in nats."""
    fate: Literal["goes on", "finished", "died", "outscored", "left over"] = "goes on"
    """`goes on`: a node behind it was kept; `finished`: its text is complete; `died`: none of its continuations was
    among the best; `outscored`: complete, but better texts took its place; `left over`: still running at the end."""
    score: float | None = None
    """Of a complete text: log probability ÷ length to the power of the length penalty."""
    best_continuation: float | None = None
    """Of one that died: the log probability that its best continuation would have had …"""
    needed: float | None = None
    """… and that of the last one which was kept."""

    @property
    def why(self) -> str:
        """What became of it, in words."""
        match self.fate:
            case "died":
                return f"its best continuation had {self.best_continuation:.2f}, but {self.needed:.2f} was needed"
            case "finished":
                return f"complete, with a score of {self.score:.3f}"
            case "outscored":
                return f"complete, but its score of {self.score:.3f} was beaten by enough others"
            case "left over":
                return "still running when no longer text could win"
        return "goes on"


@dataclass(frozen=True)
class BeamText:
    """A complete text that the search found."""

    ids: tuple[int, ...]
    """After the prompt, without `eos_id`."""
    score: float
    log_probability: float
    node: int
    """Number of its last node."""
    ended: bool
    """Whether it ended with `eos_id`; else it reached the length."""


@dataclass(frozen=True)
class BeamSearch:
    """What a beam search found: up to W texts, best first, and the tree of all beams that were kept."""

    texts: tuple[BeamText, ...]
    nodes: tuple[BeamNode, ...]

    @property
    def best(self) -> BeamText:
        """The text with the highest score."""
        return self.texts[0]

    def path(self, number: int) -> list[BeamNode]:
        """The nodes from the prompt to this one."""
        return _path_to(number, self.nodes)


@torch.inference_mode()
def beam_search(
    model: nn.Module,
    ids: Tensor | list[int],
    config: BeamConfig | None = None,
    *,
    eos_id: int | None = None,
    context_size: int | None = None,
) -> BeamSearch:
    """Find likely texts by keeping the W likeliest beginnings at every length.

    Each beginning is continued by every token; the W with the highest log probability go on. Of the best W, those that
    end in `eos_id` (or reach the length) are complete and score log probability ÷ length^length_penalty, `eos_id`
    counted. The search is over when W complete texts all score better than the best running one would now: the rule of
    transformers' `generate(num_beams=W)`, whose result this equals. Raises as `stream`.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> found = beam_search(model, [1, 2, 3], BeamConfig(width=2, max_new_tokens=4))
    >>> len(found.texts), len(found.best.ids)
    (2, 4)
    """
    config = config or BeamConfig()
    check_evaluating(model)
    search = _Search(config, eos_id if config.stop_at_end else None)
    text = prompt_ids(ids, model)[:1].expand(config.width, -1)  # (W, T)
    reader = Reader(model, config.width, context_size)
    for length in range(1, config.max_new_tokens + 1):
        log_probs = reader.logits(text, config.past_context).float().cpu().log_softmax(dim=-1)  # (W, V)
        rows, chosen = search.advance(log_probs, length)
        if search.is_over(length):
            break
        reader.pick(rows)
        text = torch.cat([text[rows], chosen.unsqueeze(1)], dim=1)
    return search.result()


class _Search:
    """The beams that run, the texts that are complete, and the nodes of both."""

    def __init__(self, config: BeamConfig, eos_id: int | None) -> None:
        self.config, self.eos_id = config, eos_id
        self.nodes: list[BeamNode] = []
        self.texts: list[BeamText] = []
        self.running: list[int | None] = [None]  # the last node of every running beam; None: the prompt itself
        self.totals = torch.zeros(1)

    def advance(self, log_probs: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """Take the best continuations of `(W, V)` log probabilities: the rows they go on from, and their tokens."""
        width, vocab_size = self.config.width, log_probs.shape[-1]
        totals = log_probs[: len(self.running)] + self.totals.unsqueeze(-1)  # at first all beams are the prompt
        # twice the width, so that enough are left if the best ones are complete
        best = totals.flatten().topk(min(2 * width, totals.numel()))
        parents, last = list(self.running), length == self.config.max_new_tokens
        going_on: list[tuple[int, int, int]] = []  # row, token, node
        for rank, (total, place) in enumerate(zip(best.values.tolist(), best.indices.tolist(), strict=True)):
            row, token_id = divmod(place, vocab_size)
            complete = token_id == self.eos_id or last
            if (complete and rank >= width) or (not complete and len(going_on) == width):
                continue
            self.nodes.append(
                BeamNode(
                    number=len(self.nodes),
                    parent=parents[row],
                    depth=length,
                    token_id=token_id,
                    probability=float(log_probs[row, token_id].exp()),
                    log_probability=total,
                    fate="finished" if complete else "goes on",
                    score=total / length**self.config.length_penalty if complete else None,
                )
            )
            if complete:
                self._complete(self.nodes[-1])
            else:
                going_on.append((row, token_id, self.nodes[-1].number))
        self._bury(parents, totals, length)
        self.running = [node for _, _, node in going_on]
        self.totals = torch.tensor([self.nodes[node].log_probability for node in self.running])
        rows = [row for row, _, _ in going_on]
        chosen = [token_id for _, token_id, _ in going_on]
        missing = width - len(rows)  # fewer beams than rows: the rest only keep the batch in shape
        return torch.tensor(rows + [0] * missing), torch.tensor(chosen + [0] * missing)

    def is_over(self, length: int) -> bool:
        """Whether no running beam can win any more, by the score it would have if it were complete now."""
        if not self.running:
            return True
        best = float(self.totals.max()) / length**self.config.length_penalty
        return len(self.texts) == self.config.width and best <= self.texts[-1].score

    def result(self) -> BeamSearch:
        """The texts, best first, and the nodes; beams that were still running are left over."""
        for number in (node for node in self.running if node is not None):
            self.nodes[number] = replace(self.nodes[number], fate="left over")
        return BeamSearch(tuple(self.texts), tuple(self.nodes))

    def _complete(self, node: BeamNode) -> None:
        ended = node.token_id == self.eos_id
        path = [at.token_id for at in _path_to(node.number, self.nodes)]
        text = BeamText(tuple(path[:-1] if ended else path), node.score, node.log_probability, node.number, ended)
        self.texts = sorted([*self.texts, text], key=lambda other: -other.score)
        for beaten in self.texts[self.config.width :]:
            self.nodes[beaten.node] = replace(self.nodes[beaten.node], fate="outscored")
        self.texts = self.texts[: self.config.width]

    def _bury(self, parents: list[int | None], totals: Tensor, length: int) -> None:
        """Mark the beams of which nothing goes on."""
        kept = [node for node in reversed(self.nodes) if node.depth == length]
        needed = min((node.log_probability for node in kept), default=0.0)
        alive = {node.parent for node in kept}
        for row, number in enumerate(parents):
            if number is not None and number not in alive:
                best = float(totals[row].max())
                self.nodes[number] = replace(self.nodes[number], fate="died", best_continuation=best, needed=needed)


def _path_to(number: int, nodes: Sequence[BeamNode]) -> list[BeamNode]:
    path = [nodes[number]]
    while path[-1].parent is not None:
        path.append(nodes[path[-1].parent])
    return path[::-1]
