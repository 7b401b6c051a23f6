"""What a text holds and what a training will take, as the facts that the Train tab shows beforehand."""

from dataclasses import dataclass

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.device import machine
from playground.model.presets import count_parameters, estimate_memory
from playground.text.corpus import CorpusStats
from playground.ui.widgets.facts import facts


@dataclass(frozen=True)
class Plan:
    """A training before it begins: its settings, with the vocabulary size of its text, and the text's numbers."""

    model: ModelConfig
    data: DataConfig
    train: TrainConfig
    stats: CorpusStats

    @property
    def tokens_per_step(self) -> int:
        """Tokens that one optimizer step sees."""
        return self.data.batch_size * self.train.accumulation_steps * self.model.context_length

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole training."""
        per_epoch = -(-self.stats.train_batches // self.train.accumulation_steps)
        steps = per_epoch * self.train.epochs
        return min(steps, self.train.max_steps or steps)


def text_facts(stats: CorpusStats) -> str:
    """Characters, tokens, windows and batches."""
    return facts(
        ("Characters", stats.characters, "whole"),
        ("Tokens", stats.tokens, "whole"),
        ("Different tokens", stats.different_tokens, "whole"),
        ("Windows", stats.train_windows, "whole"),
        ("Batches", stats.train_batches, "whole"),
        ("To validate", stats.val_batches, "batches"),
    )


def cost_facts(plan: Plan, step_s: float | None = None) -> str:
    """Parameters, memory and steps, computed; and the time, once a step was measured."""
    parts = count_parameters(plan.model)
    memory = estimate_memory(plan.model, plan.data, plan.train)
    free_bytes = machine().free_memory_bytes
    note = ""
    if memory.training_bytes > free_bytes:
        note = (
            f"This needs about {memory.training_bytes / 1e9:.1f} GB of memory, and {free_bytes / 1e9:.1f} GB are free: "
            "take a smaller size, batch or context."
        )
    return facts(
        ("Parameters", parts["total"], "short"),
        ("Memory", memory.training_bytes, "bytes"),
        ("Steps", plan.steps, "whole"),
        ("Time", None if step_s is None else step_s * plan.steps, "time"),
        ("Per step", step_s, "time"),
        ("Tokens per step", plan.tokens_per_step, "whole"),
        note=note,
        more="Where they go",
        bars=[
            {
                "title": "Parameters",
                "format": "whole",
                "parts": [[_words(name), size] for name, size in parts.items() if name != "total" and size],
            },
            {
                "title": "Memory while training, about",
                "format": "bytes",
                "parts": [
                    ["Weights", memory.weights_bytes],
                    ["Gradients", memory.gradients_bytes],
                    ["AdamW's two moments", memory.optimizer_bytes],
                    ["Activations", memory.activations_bytes],
                ],
            },
        ],
    )


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
