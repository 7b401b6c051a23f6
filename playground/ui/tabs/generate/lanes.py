"""Several texts from one prompt at once: with different settings, different seeds, or at different steps of the run."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from threading import Event
from typing import Any

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.sampling import (
    MinP,
    Pipeline,
    RepetitionPenalty,
    Step,
    Temperature,
    TopP,
    Typical,
    stream,
    stream_samples,
)
from playground.sampling.beam import BeamConfig
from playground.sampling.copies import COPIED_TOKENS
from playground.sampling.race import race
from playground.sampling.score import TextScore, score_text
from playground.text.tokenizer import encode
from playground.training.loop.events import Evaluated, Sampled
from playground.training.runs.history import read_history
from playground.training.runs.run import Run
from playground.ui.context import Context
from playground.ui.place import step_label
from playground.ui.tabs.generate.copied import CopyFinder
from playground.ui.tabs.generate.log import TokenLines, line
from playground.ui.tabs.generate.stage_table import stage_label
from playground.ui.tabs.generate.start import LoadedStart, Start
from playground.ui.tabs.generate.streams import RESTART, Line, LogStreams
from playground.ui.thinning import thin_rows

MAX_SAMPLES = 16
MAX_STEPS = 12
MAX_LONG_TEXTS = 6
"""Steps at which texts of the maximum length are written; shorter texts are written at more, up to `MAX_STEPS`."""
MIN_SNAPSHOTS = 3
"""With fewer snapshots than this, all checkpoints of the run are shown."""
MAX_OLD_SAMPLES = 24
_TRAIN_ONE = "train one yourself: it keeps copies of its weights while it trains."
ONE_STEP = (
    f"This run has the weights of one step only, so there is nothing to compare it with. To see more, {_TRAIN_ONE}"
)
OLD_SAMPLES = (
    "This run kept the weights of one step only. So these are the texts that it wrote after each epoch of its "
    "training, from the same words, always with the likeliest next token. For a prompt and settings of your own at "
    f"several steps, {_TRAIN_ONE}"
)


FORM_SETTINGS = "These settings"
NAMED_SETTINGS: dict[str, DecodeConfig | BeamConfig] = {
    "Greedy": DecodeConfig(temperature=0),
    "T = 1": DecodeConfig(temperature=1),
    "The chapter's T = 1.4, top-k 25": DecodeConfig(temperature=1.4, top_k=25),
    "Top-p 0.9": DecodeConfig(stages=Pipeline([TopP(0.9)]).to_json()),
    "Min-p 0.1": DecodeConfig(stages=Pipeline([MinP(0.1)]).to_json()),
    "Typical 0.9": DecodeConfig(stages=Pipeline([Typical(0.9)]).to_json()),
    "Repetition penalty 1.3": DecodeConfig(stages=Pipeline([RepetitionPenalty(1.3), Temperature(1)]).to_json()),
    "Beam search, 4 wide": BeamConfig(width=4),
}
"""What can be compared with the settings of the form, by name."""


class LaneWriter:
    """Writes several texts; each method yields the log that the widget `Lanes` draws, longer and longer."""

    def __init__(self, context: Context, streams: LogStreams, copies: CopyFinder) -> None:
        self._context = context
        self._streams = streams
        self._copies = copies

    def settings(self, start: Start, names: Sequence[str]) -> Iterator[str]:
        """One text for each of two to six settings, all with the same random numbers."""

        def lines(_job: str, stopped: Event) -> Iterator[Line]:
            loaded = start.load(self._context)
            known = {FORM_SETTINGS: loaded.settings, **NAMED_SETTINGS}
            unknown = [name for name in names if name not in known]
            if unknown:
                raise SettingsError(f"There are no settings named {unknown[0]!r}; choose from the list.")
            rows = race(
                loaded.model,
                loaded.ids,
                [known[name] for name in names],
                seed=loaded.settings.seed,
                max_new_tokens=loaded.settings.max_new_tokens,
                eos_id=loaded.tokenizer.eot_token,
            )
            lanes = [{"title": name, "note": settings_label(known[name])} for name in names]
            yield from self._lines(loaded, lanes, _in_order(rows), stopped)

        return self._streams.stream("", lines)

    def seeds(self, start: Start, n: int | float | None) -> Iterator[str]:
        """`n` texts, with the seed of the form and the following ones, written as one batch."""

        def lines(_job: str, stopped: Event) -> Iterator[Line]:
            loaded = start.load(self._context)
            if n is None or not 1 <= n <= MAX_SAMPLES or n != int(n):
                raise SettingsError(f"Samples: choose a whole number from 1 to {MAX_SAMPLES}.")
            seeds = [loaded.settings.seed + k for k in range(int(n))]
            rows = stream_samples(loaded.model, loaded.ids, loaded.settings, seeds=seeds, eos_id=_eos_id(loaded))
            lanes = [{"title": f"Seed {seed}", "note": ""} for seed in seeds]
            yield from self._lines(loaded, lanes, _in_order(rows), stopped, rated=True)

        return self._streams.stream("", lines)

    def steps(self, start: Start) -> Iterator[str]:
        """Texts of the same prompt, settings and seed at steps of the run, one after the other."""

        def lines(_job: str, stopped: Event) -> Iterator[Line]:
            loaded = start.load(self._context)
            run = self._context.store.open(loaded.run)
            most = MAX_LONG_TEXTS * self._context.limits.max_new_tokens // loaded.settings.max_new_tokens
            steps = steps_to_show(run, min(MAX_STEPS, most))
            history = read_history(run, with_steps=False)
            if len(steps) == 1 and len(history.samples) > 1:
                yield from self._old_samples(run, thin_rows(history.samples, MAX_OLD_SAMPLES), history.evaluations)
                return
            lanes = _lanes_of(steps, history.evaluations)
            note = ONE_STEP if len(steps) == 1 else None
            yield from self._lines(loaded, lanes, self._tokens_at(steps, loaded), stopped, note=note)

        return self._streams.stream("", lines)

    def _tokens_at(self, steps: Sequence[int], start: LoadedStart) -> Iterator[tuple[int, Step]]:
        for number, step in enumerate(steps):  # one model at a time, to save memory
            model = self._context.models.get_uncached(start.run, step, start.weights)
            for token in stream(model, start.ids, start.settings, eos_id=_eos_id(start)):
                yield number, token

    def _old_samples(self, run: Run, samples: Sequence[Sampled], evaluations: Sequence[Evaluated]) -> Iterator[Line]:
        """A log of the texts that a run wrote while it was trained; their tokens' probabilities are not known."""
        prompt = run.spec.train.start_context
        if not all(sample.text.startswith(prompt) for sample in samples):
            prompt = ""
        yield RESTART
        about = {"run": run.name, "step": samples[-1].step, "prompt": prompt, "rated": False, "note": OLD_SAMPLES}
        yield line(kind="lanes", **about, lanes=_lanes_of([sample.step for sample in samples], evaluations))
        texts = [sample.text[len(prompt) :] for sample in samples]
        for lane, text in enumerate(texts):
            yield line(kind="text", lane=lane, text=text)
        yield line(kind="end")
        for lane, text in enumerate(texts):
            ids = encode(text, run.tokenizer)
            yield line(kind="score", lane=lane, **self._numbers(run.name, ids, score_text(ids, [0.0] * len(ids))))

    def _lines(
        self,
        start: LoadedStart,
        lanes: Sequence[dict[str, Any]],
        tokens: Iterable[tuple[int, Step]],
        stopped: Event,
        rated: bool = False,
        note: str | None = None,
    ) -> Iterator[Line]:
        """All lines of a log: the lanes' titles, their `tokens`, each with its lane, and their scores."""
        yield RESTART
        about = {"run": start.run, "step": start.step, "prompt": start.prompt, "rated": rated, "note": note}
        yield line(kind="lanes", **about, lanes=lanes)
        formats = [TokenLines(start.tokenizer, start.ids) for _ in lanes]
        written: list[list[Step]] = [[] for _ in lanes]
        for lane, step in tokens:
            written[lane].append(step)
            yield partial(formats[lane].drawn, step, lane=lane)
            if stopped.is_set():
                break
        yield line(kind="end")
        for lane, steps in enumerate(written):
            yield line(kind="score", lane=lane, **self._score(start, steps))

    def _score(self, start: LoadedStart, steps: Sequence[Step]) -> dict[str, Any]:
        if not steps:
            return {}
        ids = [step.id for step in steps]
        score = score_text(ids, [min(0.0, step.log_probability) for step in steps])
        likelihood = {"mean": score.mean_log_prob, "perplexity": score.perplexity}
        return {**likelihood, **self._numbers(start.run, ids, score)}

    def _numbers(self, run_name: str, ids: Sequence[int], score: TextScore) -> dict[str, Any]:
        """Those that need no probabilities."""
        return {
            "n": score.n_tokens,
            "distinct": score.distinct[1],  # of pairs: n-grams of 1, 2, 3 and 4 tokens are counted
            "repetition": score.repetition,
            "copied": self._copies.copied_share(run_name, ids, COPIED_TOKENS),
        }


def _lanes_of(steps: Sequence[int], evaluations: Sequence[Evaluated]) -> list[dict[str, Any]]:
    return [{"title": step_label(step), "note": loss_note(evaluations, step), "step": step} for step in steps]


def _eos_id(start: LoadedStart) -> int | None:
    return start.tokenizer.eot_token if start.settings.stop_at_end else None


def _in_order(rows: Iterable[Sequence[Step | None]]) -> Iterator[tuple[int, Step]]:
    """The lanes and tokens of texts that are written at once, position by position, the first lane first."""
    return ((lane, step) for row in rows for lane, step in enumerate(row) if step is not None)


def steps_to_show(run: Run, most: int) -> list[int]:
    """At most `most` steps of a run whose weights exist, evenly spread, with the first and the last one.

    Snapshots are taken at round steps, so only they and the last checkpoint are shown, unless there are too few.
    """
    snapshots = run.snapshots()
    steps = sorted({*snapshots, *run.steps()[-1:]}) if len(snapshots) >= MIN_SNAPSHOTS else run.model_steps()
    return thin_rows(steps, most)


def loss_note(evaluations: Sequence[Evaluated], step: int) -> str:
    """The losses at the evaluation nearest to a step; empty without evaluations.

    >>> rest = {"epoch": 0, "tokens_seen": 0, "val_loss": 9, "best": True}
    >>> evaluations = [Evaluated(step=step, train_loss=9 - step, **rest) for step in (1, 6)]
    >>> loss_note(evaluations, 5), loss_note(evaluations, 1), loss_note([], 5)
    ('Loss at step 6: training 3.000, validation 9.000', 'Loss: training 8.000, validation 9.000', '')
    """
    if not evaluations:
        return ""
    nearest = min(evaluations, key=lambda event: abs(event.step - step))
    where = "" if nearest.step == step else f" at step {nearest.step:,}"
    return f"Loss{where}: training {nearest.train_loss:.3f}, validation {nearest.val_loss:.3f}"


def settings_label(settings: DecodeConfig | BeamConfig) -> str:
    """The settings of a lane in a few words.

    >>> settings_label(NAMED_SETTINGS["Top-p 0.9"]), settings_label(DecodeConfig(top_k=25, temperature=1.4))
    ('Top-p 0.9', 'Top-k 25 → Temperature 1.4')
    >>> settings_label(BeamConfig())
    'width 4, length penalty 1'
    """
    if isinstance(settings, BeamConfig):
        return f"width {settings.width}, length penalty {settings.length_penalty:g}"
    return " → ".join(stage_label(stage) for stage in Pipeline.from_decode(settings).stages if stage.on)
