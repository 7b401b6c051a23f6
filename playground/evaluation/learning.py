"""When was this word learned: a passage under the models that a run kept while it trained.

S: steps of the run, N: tokens of the passage, V: vocabulary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.errors import RunError, TextError
from playground.evaluation.baselines import Baselines
from playground.evaluation.token_losses import predictions
from playground.model.gpt import GPTModel
from playground.training.runs.run import Run

MAX_PASSAGE_TOKENS = 1000
MAX_STEPS = 40


@dataclass(frozen=True, eq=False)
class LearningHistory:
    """The losses of a passage at some steps of a training."""

    steps: list[int]
    """S steps, ascending."""
    losses: Tensor
    """`(S, N - 1)` in nats, of all tokens but the first."""
    divergences: dict[str, list[float]]
    """Mean divergence of the model from `uniform`, `unigram`, `bigram` and the `finished` model at each step, in bits:
    the Kullback–Leibler divergence KL(model ‖ other). Where it is lowest, the model resembles that one most."""

    def learned_at(self, probability: float = 0.5) -> list[int | None]:
        """For each token the first step from which it stays likelier than `probability`; None if there is none.

        >>> history = LearningHistory([0, 10, 20], torch.tensor([[2.0, 0.1], [0.5, 2.0], [0.1, 3.0]]), {})
        >>> history.learned_at()
        [10, None]
        """
        is_known = (-self.losses).exp() > probability  # (S, N - 1)
        stays = is_known.flip(0).cumprod(0).flip(0).bool()
        return [self.steps[int(column.int().argmax())] if bool(column.any()) else None for column in stays.unbind(1)]


def learning_history(
    run: Run,
    ids: Tensor | Sequence[int],
    *,
    steps: Sequence[int] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> LearningHistory:
    """The losses of a passage of N tokens under the run's models at its kept `steps` (at most 40, evenly chosen).

    on_progress: called with the share that is done, 0 to 1; what it raises ends the work

    Raises `RunError` if the run kept no model, `TextError` for a passage of one token or of more than 1,000.

    >>> import tempfile
    >>> from playground.config import ModelConfig, TrainConfig
    >>> from playground.training.jobs.session import run_training
    >>> from playground.training.runs.store import RunStore
    >>> model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> train = TrainConfig(epochs=2, sample_tokens=0, threads=1, snapshot_freq=2)
    >>> run = RunStore(tempfile.mkdtemp()).create("first", "so it goes " * 200, model, train=train)
    >>> _ = list(run_training(run))
    >>> history = learning_history(run, run.corpus().val_ids[:20])
    >>> history.losses.shape == (len(history.steps), 19), history.steps[0]
    (True, 0)
    """
    passage = torch.as_tensor(ids).long()
    if not 2 <= len(passage) <= MAX_PASSAGE_TOKENS:
        raise TextError(f"The passage has {len(passage):,} tokens; choose one of 2 to {MAX_PASSAGE_TOKENS:,}.")
    chosen = thinned(run.model_steps() if steps is None else sorted(set(steps)), MAX_STEPS)
    if not chosen:
        raise RunError(f"The run {run.name} kept no weights; train it, with copies kept while it trains.")
    baselines = Baselines(run.corpus().train_ids, run.spec.model.vocab_size)
    references = {"unigram": baselines.unigram().log()[None], "bigram": baselines.bigram(passage[:-1]).log()}
    references["finished"] = log_probabilities(run.load_model(chosen[-1]), passage)
    losses, divergences = [], {name: [] for name in ("uniform", *references)}  # type: ignore[var-annotated]
    for i, step in enumerate(chosen):
        model = run.load_model(step)
        logs = log_probabilities(model, passage)  # (N - 1, V)
        losses.append(-logs.gather(-1, passage[1:, None])[:, 0].float())
        uniform = torch.full_like(logs[:1], -torch.tensor(float(logs.shape[1])).log().item())
        for name, other in {"uniform": uniform, **references}.items():
            divergences[name].append(divergence_bits(logs, other))
        if on_progress is not None:
            on_progress((i + 1) / len(chosen))
    return LearningHistory(chosen, torch.stack(losses), divergences)


def log_probabilities(model: GPTModel, ids: Tensor) -> Tensor:
    """Natural logarithms `(N - 1, V)`, float64, of the distribution of each token of a passage but the first."""
    parts = []
    for found, logits, _ in predictions(model, ids):
        parts += [row[window.first :].double().log_softmax(-1) for row, window in zip(logits, found, strict=True)]
    return torch.cat(parts)


def divergence_bits(logs: Tensor, other: Tensor) -> float:
    """KL(p ‖ q) in bits, the mean over places: p as logarithms `(N, V)`, q as logarithms `(N, V)` or `(1, V)`.

    >>> half = torch.tensor([[0.5, 0.5]]).log()
    >>> round(divergence_bits(half, torch.tensor([[0.25, 0.75]]).log()), 4)
    0.2075
    """
    nats = (logs.exp() * (logs - other)).nan_to_num(0.0).sum(-1).mean()
    return float(nats / torch.log(torch.tensor(2.0)))


def thinned(steps: Sequence[int], most: int) -> list[int]:
    """At most `most` of ascending steps, evenly chosen, with the first and the last.

    >>> thinned([0, 1, 2, 3, 4, 5], 3)
    [0, 2, 5]
    """
    if len(steps) <= most:
        return list(steps)
    return [steps[round(i * (len(steps) - 1) / (most - 1))] for i in range(most)]
