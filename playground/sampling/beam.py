"""Beam search, with the tree of all beams that were kept and why each ended. W: width, V: vocabulary, T: tokens."""

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

    width: int = Field(default=4, ge=1, le=8, description="Number of beams kept at each length; 1 is greedy.")
    length_penalty: float = Field(
        default=1.0,
        ge=-5,
        le=5,
        description="Scores are divided by length to this power: above 0 favours longer texts.",
    )
    max_new_tokens: int = Field(default=50, ge=1, le=1000, description="Number of tokens to write.")
    stop_at_end: bool = Field(default=True, description="End a beam when the model writes <|endoftext|>.")
    past_context: PastContext = Field(default="crop", description=DecodeConfig.model_fields["past_context"].description)


@dataclass(frozen=True)
class BeamNode:
    """One token of a beam that was kept."""

    number: int
    parent: int | None
    """Number of the node before it; None after the prompt."""
    depth: int
    """Number of tokens after the prompt, this one included."""
    token_id: int
    probability: float
    """The model's probability, given the tokens before."""
    log_probability: float
    """Sum over the beam so far, in nats."""
    fate: Literal["goes on", "finished", "died", "outscored", "left over"] = "goes on"
    """`goes on`: one of its continuations was kept; `finished`: its text is complete; `died`: none of its continuations
    was among the best; `outscored`: complete, but replaced by better texts; `left over`: incomplete when the search
    ended."""
    score: float | None = None
    """Of a complete text: log probability ÷ length to the power of the length penalty."""
    best_continuation: float | None = None
    """If `died`: the log probability of its best continuation."""
    needed: float | None = None
    """If `died`: the lowest log probability that was kept at the next length."""

    @property
    def why(self) -> str:
        """A sentence on its fate."""
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
    """The ids after the prompt, without `eos_id`."""
    score: float
    log_probability: float
    node: int
    """Number of its last node."""
    ended: bool
    """Whether it ended with `eos_id`; otherwise it reached the length."""


@dataclass(frozen=True)
class BeamSearch:
    """The result of a beam search: up to W texts, best first, and the tree of all beams that were kept."""

    texts: tuple[BeamText, ...]
    nodes: tuple[BeamNode, ...]

    @property
    def best(self) -> BeamText:
        """The text with the highest score."""
        return self.texts[0]

    def path(self, number: int) -> list[BeamNode]:
        """The nodes from the prompt to node `number`."""
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
    """Find likely texts by keeping the W likeliest beams at every length.

    Each beam is extended by every token, and the W extensions with the highest log probability are kept. Those among
    the best W that end in `eos_id` or reach the length are complete; their score is log probability ÷
    length^length_penalty, `eos_id` included. The search ends when W complete texts all score better than the best
    running beam would if it ended now: the rule of transformers' `generate(num_beams=W)`, which gives the same texts.
    Raises like `stream`.

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
        reader.reorder(rows)
        text = torch.cat([text[rows], chosen.unsqueeze(1)], dim=1)
    return search.result()


class _Search:
    """The running beams, the complete texts, and the nodes of both."""

    def __init__(self, config: BeamConfig, eos_id: int | None) -> None:
        self._config, self._eos_id = config, eos_id
        self._nodes: list[BeamNode] = []
        self._texts: list[BeamText] = []
        self._running: list[int | None] = [None]  # the last node of every running beam; None: the prompt itself
        self._totals = torch.zeros(1)  # log probabilities of the running beams

    def advance(self, log_probs: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """Keep the best extensions, by log probabilities `(W, V)`: the rows they extend, and their tokens, `(W,)`."""
        width, vocab_size = self._config.width, log_probs.shape[-1]
        totals = log_probs[: len(self._running)] + self._totals.unsqueeze(-1)  # at first there is one beam, the prompt
        # twice the width, so that enough remain if the best ones are complete
        best = totals.flatten().topk(min(2 * width, totals.numel()))
        parents, is_last = list(self._running), length == self._config.max_new_tokens
        kept: list[tuple[int, BeamNode]] = []  # row and node of the extensions that run on
        for rank, (total, index) in enumerate(zip(best.values.tolist(), best.indices.tolist(), strict=True)):
            row, token_id = divmod(index, vocab_size)
            complete = token_id == self._eos_id or is_last
            if (complete and rank >= width) or (not complete and len(kept) == width):
                continue
            node = BeamNode(
                number=len(self._nodes),
                parent=parents[row],
                depth=length,
                token_id=token_id,
                probability=float(log_probs[row, token_id].exp()),
                log_probability=total,
            )
            if complete:
                self._add_text(node, score=total / length**self._config.length_penalty)
            else:
                self._nodes.append(node)
                kept.append((row, node))
        self._mark_dead(parents, totals, length)
        self._running = [node.number for _, node in kept]
        self._totals = torch.tensor([node.log_probability for _, node in kept])
        padding = [0] * (width - len(kept))  # fewer beams than rows: the batch keeps its shape
        rows = [row for row, _ in kept]
        chosen = [node.token_id for _, node in kept]
        return torch.tensor(rows + padding), torch.tensor(chosen + padding)

    def is_over(self, length: int) -> bool:
        """Whether no running beam can win any more, by the score it would have if it were complete now."""
        if not self._running:
            return True
        best = float(self._totals.max()) / length**self._config.length_penalty
        return len(self._texts) == self._config.width and best <= self._texts[-1].score

    def result(self) -> BeamSearch:
        """The texts, best first, and all nodes."""
        for number in self._running:
            if number is not None:
                self._set_fate(number, "left over")
        return BeamSearch(tuple(self._texts), tuple(self._nodes))

    def _add_text(self, node: BeamNode, score: float) -> None:
        self._nodes.append(replace(node, fate="finished", score=score))
        ended = node.token_id == self._eos_id
        path = [at.token_id for at in _path_to(node.number, self._nodes)]
        text = BeamText(tuple(path[:-1] if ended else path), score, node.log_probability, node.number, ended)
        self._texts = sorted([*self._texts, text], key=lambda other: -other.score)
        for beaten in self._texts[self._config.width :]:
            self._set_fate(beaten.node, "outscored")
        self._texts = self._texts[: self._config.width]

    def _mark_dead(self, parents: list[int | None], totals: Tensor, length: int) -> None:
        """Mark the beams of which no extension was kept."""
        kept = [node for node in reversed(self._nodes) if node.depth == length]
        needed = min((node.log_probability for node in kept), default=0.0)
        extended = {node.parent for node in kept}
        for row, number in enumerate(parents):
            if number is not None and number not in extended:
                best = float(totals[row].max())
                dead = replace(self._nodes[number], fate="died", best_continuation=best, needed=needed)
                self._nodes[number] = dead

    def _set_fate(self, number: int, fate: Literal["outscored", "left over"]) -> None:
        self._nodes[number] = replace(self._nodes[number], fate=fate)


def _path_to(number: int, nodes: Sequence[BeamNode]) -> list[BeamNode]:
    path = [nodes[number]]
    while (parent := path[-1].parent) is not None:
        path.append(nodes[parent])
    return path[::-1]
