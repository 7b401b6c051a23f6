"""The context passed to every tab: the run store, the jobs, the loaded models and the limits."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import tiktoken
from cachetools import LRUCache

from playground.config import WeightsName
from playground.model.gpt import GPTModel
from playground.model.shrink import shrink
from playground.sampling.generate import write_sample
from playground.training.jobs.jobs import Jobs
from playground.training.runs.archive import MAX_BYTES
from playground.training.runs.recorded import bring_in_recorded
from playground.training.runs.run import ModelVersion, Which
from playground.training.runs.store import RunStore
from playground.ui.visitors import Owners, TrainingQuota


@dataclass(frozen=True)
class Limits:
    """What the server allows each visitor; the defaults are for a private server, `public()` for a public one.

    >>> Limits.public().max_text_bytes
    5000000
    """

    max_text_bytes: int = 2_000_000_000
    """Largest text to upload; the command line has no such limit."""
    max_archive_bytes: int = MAX_BYTES
    """Largest archive of a run to import, both packed and unpacked."""
    max_events: int | None = None
    """Longest log of a run to import; None means no limit."""
    max_new_tokens: int = 2_000
    """Largest number of tokens to generate in one request."""
    max_models: int = 3
    """Models cached in memory."""
    max_model_bytes: int = 4_000_000_000
    """Memory of all cached models; a single larger one is allowed."""
    max_parameters: int | None = None
    """Largest model to train; None means no limit."""
    max_training_s: float | None = None
    """Time limit of one training; None means no limit."""
    max_training_bytes: int | None = None
    """Memory limit of one training; None means no limit."""
    max_runs_per_visitor: int | None = None
    """Active trainings of one visitor (queued, running or paused); None means no limit."""
    is_public: bool = False
    """Whether the visitors do not know each other; `playground.ui.access` says what follows from it."""

    @classmethod
    def public(cls) -> "Limits":
        """Limits for a server on the internet with two cores and little memory."""
        return cls(
            max_text_bytes=5_000_000,
            max_archive_bytes=200_000_000,
            max_events=200_000,  # more than a training logs in its time; comparing reads that many in about a second
            max_new_tokens=500,
            max_models=2,
            max_model_bytes=1_000_000_000,
            max_parameters=30_000_000,
            max_training_s=1800,
            max_training_bytes=4_000_000_000,
            max_runs_per_visitor=2,
            is_public=True,
        )

    @property
    def max_pasted_bytes(self) -> int:
        """Largest text to paste or to send in a request, which has to fit in memory."""
        return min(self.max_text_bytes, 50_000_000)

    @property
    def max_body_bytes(self) -> int:
        """Largest body of a request that is not an upload: a pasted text as JSON, and 1 MB for the rest."""
        return 2 * self.max_pasted_bytes + 1_000_000

    @property
    def max_upload_bytes(self) -> int:
        """Largest body of an upload request."""
        return max(self.max_text_bytes, self.max_archive_bytes) + 1_000_000


_Key = tuple[str, ModelVersion, WeightsName]
"""The version of the model's files, since another run may get the name, and a step may be trained once more."""


class LoadedModels:
    """The models in memory: at most `max_models` and `max_bytes` of weights; the least recently used is evicted first.

    Each model is loaded once: other threads that ask for it meanwhile wait. A model is in evaluation mode and shared
    among callers, so its weights must not be changed. A model larger than `max_bytes` is kept as the only one.
    """

    def __init__(self, store: RunStore, max_models: int = 3, max_bytes: int = 4_000_000_000) -> None:
        self._store = store
        self._max_models = max_models
        self._lock = Lock()
        self._models: LRUCache[_Key, GPTModel] = LRUCache(
            max_bytes, getsizeof=lambda model: min(_size_bytes(model), max_bytes)
        )

    def get(
        self, run_name: str, step: Which = "last", weights: WeightsName = "float32"
    ) -> tuple[GPTModel, tiktoken.Encoding]:
        """The model of a run at a step, with its weights in the format `weights`, and its tokenizer.

        Raises `RunError`, `CheckpointError`, and `SettingsError` for an unknown weight format.
        """
        run = self._store.open(run_name)
        with self._lock:
            number = run.find_model(step)
            saved = run.model_version(number)
            key: _Key = (run.name, saved, weights)
            model = self._models.get(key)
            if model is None:
                model = shrink(self._models.get((run.name, saved, "float32")) or run.load_model(number), weights)
                self._models[key] = model
                if len(self._models) > self._max_models:
                    self._models.popitem()
        return model, run.tokenizer

    def get_uncached(self, run_name: str, step: int, weights: WeightsName = "float32") -> GPTModel:
        """A model for a single use: one from memory, or loaded for this caller only, without evicting another."""
        run = self._store.open(run_name)
        with self._lock:
            model = self._models.get((run_name, run.model_version(step), weights))
        return model or shrink(run.load_model(step), weights)

    def forget(self, run_name: str) -> None:
        """Remove a run's models from memory, for instance after the run was deleted or renamed."""
        with self._lock:
            for key in [key for key in self._models if key[0] == run_name]:
                del self._models[key]

    def __len__(self) -> int:
        return len(self._models)


@dataclass(frozen=True)
class Context:
    """The objects that the tabs share; passed as an argument, never imported."""

    store: RunStore
    jobs: Jobs
    models: LoadedModels
    quota: TrainingQuota
    limits: Limits = field(default_factory=Limits)
    owners: Owners = field(default_factory=Owners)

    @classmethod
    def open(
        cls,
        checkpoints: Path | str = "checkpoints",
        *,
        max_jobs: int = 1,
        limits: Limits | None = None,
        recorded_run: bool = False,
    ) -> "Context":
        """The context of a folder of runs; with `recorded_run`, a new one gets the run that comes with the package."""
        limits = limits or Limits()
        store = RunStore(Path(checkpoints))
        if recorded_run:
            bring_in_recorded(store)
        jobs = Jobs(
            store,
            max_jobs=max_jobs,
            sample=write_sample,
            time_limit_s=limits.max_training_s,
            memory_limit_bytes=limits.max_training_bytes,
        )
        return cls(
            store=store,
            jobs=jobs,
            models=LoadedModels(store, limits.max_models, limits.max_model_bytes),
            quota=TrainingQuota(jobs, limits.max_runs_per_visitor),
            limits=limits,
        )


def _size_bytes(model: GPTModel) -> int:
    return sum(weights.nbytes for weights in model.state_dict().values())
