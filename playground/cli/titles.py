"""Runs found by what they are called, for the command line: a server must not tell strangers which titles there are."""

import unicodedata

from playground.errors import RunError
from playground.training.runs.run import Run
from playground.training.runs.store import RunStore


class TitledStore(RunStore):
    """A run store that opens a run by its name or by its title.

    >>> import tempfile
    >>> from playground.config import ModelConfig
    >>> store = TitledStore(tempfile.mkdtemp())
    >>> model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    >>> _ = store.create("Der Fluß", "so it goes " * 200, model)
    >>> store.open("Der Fluß"), store.open("Der-Flu")
    (Run('Der-Flu'), Run('Der-Flu'))
    """

    def open(self, name: str) -> Run:
        """The run with this name or else title; raises RunError if there is none, or several have the title."""
        try:
            return super().open(name)
        except RunError:
            called = self._called(unicodedata.normalize("NFC", name).strip())
            if len(called) > 1:
                raise RunError(
                    f"{len(called)} runs are called {name}; give the name of one: {', '.join(called)}."
                ) from None
            if not called:
                raise
            return super().open(called[0])

    def _called(self, title: str) -> list[str]:
        """Names of the runs with a title, newest first."""
        return [run.name for run in self.runs() if run.spec.title == title] if title else []
