"""The models and texts that the tab looks at, kept in memory for a few runs."""

from dataclasses import dataclass
from threading import Lock

import tiktoken
from cachetools import LRUCache
from torch import Tensor

from playground.errors import RunError
from playground.evaluation.baselines import Baselines
from playground.evaluation.evaluate import Part, text_ids
from playground.evaluation.reports import Source
from playground.model.gpt import GPTModel
from playground.training.runs.run import Run
from playground.ui.context import Context
from playground.ui.tabs.generate.start import parse_checkpoint

MAX_OWN_CHARACTERS = 200_000
_KEPT = 4  # runs, and own texts


@dataclass(frozen=True, eq=False)
class Looked:
    """A text under a run's vocabulary, and the model that reads it."""

    run: Run
    step: int
    model: GPTModel
    tokenizer: tiktoken.Encoding
    ids: Tensor
    """`(N,)`."""


class Models:
    """Opens runs for the server functions of the tab."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = Lock()
        self._ids: LRUCache[tuple[str, float, str, str], Tensor] = LRUCache(_KEPT)
        self._baselines: LRUCache[tuple[str, float], Baselines] = LRUCache(_KEPT)

    def open(self, run_name: str) -> Run:
        """A run; raises `RunError` if there is none."""
        if not run_name:
            raise RunError("There is no run to evaluate yet; train one on the Train tab, then come back.")
        return self._context.store.open(run_name)

    def look(self, run_name: str, step: str, source: Source, text: str = "") -> Looked:
        """A text with the model of a run at a step; raises a `PlaygroundError` for what does not exist."""
        run = self.open(run_name)
        number = run.find_model(parse_checkpoint(step))
        model, tokenizer = self._context.models.get(run_name, number)
        return Looked(run, number, model, tokenizer, self.ids(run, source, text))

    def ids(self, run: Run, source: Source, text: str = "") -> Tensor:
        """The token ids `(N,)` of a text; raises `TextError` for an empty one."""
        key = (run.name, run.spec.created, source, text if source == "own" else "")
        with self._lock:
            ids = self._ids.get(key)
        if ids is None:
            part: Part = "train" if source == "train" else "validation"
            ids = text_ids(run, text if source == "own" else None, part)
            with self._lock:
                self._ids[key] = ids
        return ids

    def baselines(self, run: Run) -> Baselines:
        """The uniform, unigram and bigram models of a run's training text."""
        key = (run.name, run.spec.created)
        with self._lock:
            found = self._baselines.get(key)
        if found is None:
            found = Baselines(run.corpus().train_ids, run.spec.model.vocab_size)
            with self._lock:
                self._baselines[key] = found
        return found

    def first(self, run: Run) -> GPTModel | None:
        """The model as it was before its training, if its weights were kept."""
        return self._context.models.get(run.name, 0)[0] if 0 in run.model_steps() else None
