from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import torch

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.model.gpt import GPTModel
from playground.text.corpus import Corpus, build_corpus
from playground.training.jobs.jobs import Jobs
from playground.training.loop.events import Event
from playground.training.loop.optimizer import make_optimizer
from playground.training.loop.position import Position
from playground.training.loop.trainer import train
from playground.training.runs.checkpoints.checkpoint import checkpoint_name, read_checkpoint, write_checkpoint
from playground.training.runs.checkpoints.conditions import Conditions
from playground.training.runs.store import Run, RunStore
from tests.training.waiting import PATIENCE_S

TEXT = "".join(
    f"On day {day} the {what} went {where}. "
    for day in range(9)
    for what in ("cat", "dog", "fox")
    for where in ("to the hill", "home again", "away")
)


@pytest.fixture(autouse=True)
def _one_thread(_threads):
    torch.set_num_threads(1)  # tiny tensors gain nothing from a second thread, and are slower on a busy machine


@dataclass
class TinyTraining:
    """A model, its optimizer and its text, small enough for thousands of steps."""

    corpus: Corpus
    data: DataConfig
    config: TrainConfig
    model: GPTModel
    optimizer: torch.optim.Optimizer
    position: Position

    @property
    def conditions(self) -> Conditions:
        return Conditions.here(self.corpus.sha256, self.model.config, self.data, self.config)

    def train(self, **more: object) -> list[Event]:
        return list(
            train(self.model, self.optimizer, self.corpus, self.data, self.config, position=self.position, **more)
        )

    def write(self, root: Path, position: Position) -> Path:
        folder = root / checkpoint_name(position.step)
        write_checkpoint(folder, self.model, self.optimizer, position, self.conditions)
        return folder

    def load(self, folder: Path) -> None:
        checkpoint = read_checkpoint(folder, self.model.config)
        checkpoint.load_model(self.model)
        checkpoint.load_optimizer(self.model, self.optimizer)
        self.position = checkpoint.position

    def tensors(self) -> dict[str, torch.Tensor]:
        """Copies of all weights and of the optimizer state."""
        kept = {name: weight.detach().clone() for name, weight in self.model.named_parameters()}
        for name, weight in self.model.named_parameters():
            for kind, value in self.optimizer.state.get(weight, {}).items():
                kept[f"{kind}.{name}"] = value.clone()
        return kept


@pytest.fixture(scope="session")
def tiny_training() -> Callable[..., TinyTraining]:
    """Makes a `TinyTraining`; settings of all three configs are given by name."""

    def make(text: str = TEXT, seed: int = 1, **settings: object) -> TinyTraining:
        def chosen(kind, **defaults):
            return kind(**defaults | {name: value for name, value in settings.items() if name in kind.model_fields})

        data = chosen(DataConfig, vocabulary="bytes", batch_size=8, train_ratio=0.8)
        config = chosen(TrainConfig, epochs=1, lr=1e-3, device="cpu", precision="float32", threads=1, seed=seed)
        corpus = build_corpus(text, data)
        torch.manual_seed(seed)
        model = GPTModel(
            chosen(
                ModelConfig,
                vocab_size=corpus.vocabulary.size,
                context_length=16,
                emb_dim=16,
                n_heads=2,
                n_layers=2,
                drop_rate=0.0,
            )
        )
        return TinyTraining(corpus, data, config, model, make_optimizer(model, config), Position())

    return make


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """An empty run store."""
    return RunStore(tmp_path / "checkpoints")


def create_run(store: RunStore, name: str = "run", text: str = TEXT, **settings: object) -> Run:
    """Creates a run that trains in a moment; settings of all three configs are given by name."""

    def chosen(kind, **defaults):
        return kind(**defaults | {name: value for name, value in settings.items() if name in kind.model_fields})

    return store.create(
        name,
        text,
        model=chosen(ModelConfig, context_length=16, emb_dim=16, n_heads=2, n_layers=1, drop_rate=0.1),
        data=chosen(DataConfig, vocabulary="bytes", batch_size=8, train_ratio=0.8),
        train=chosen(TrainConfig, epochs=2, device="cpu", precision="float32", threads=1, sample_tokens=0),
        text_name="story.txt",
    )


@pytest.fixture
def new_run(store: RunStore) -> Callable[..., Run]:
    """`create_run` in the empty run store."""
    return partial(create_run, store)


@pytest.fixture
def trained(tiny_training: Callable[..., TinyTraining]) -> TinyTraining:
    """A `TinyTraining` after two steps."""
    run = tiny_training(max_steps=2, epochs=1)
    run.train()
    return run


@pytest.fixture
def folder(trained: TinyTraining, tmp_path: Path) -> Path:
    """Its checkpoint, with an epoch, tokens and a validation loss."""
    return trained.write(tmp_path, Position(step=2, epoch=0, batch=2, tokens_seen=256, val_loss=5.0))


@pytest.fixture
def make_jobs(store: RunStore) -> Iterator[Callable[..., Jobs]]:
    """Makes jobs on the empty run store, which are shut down after the test."""
    made = []

    def make(**settings: object) -> Jobs:
        made.append(Jobs(store, **{"grace_s": PATIENCE_S, **settings}))
        return made[-1]

    yield make
    for jobs in made:
        jobs.shutdown()
        assert jobs.running() == []


@pytest.fixture
def jobs(make_jobs: Callable[..., Jobs]) -> Jobs:
    """Jobs with at most one training at a time."""
    return make_jobs()
