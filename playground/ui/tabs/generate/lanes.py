"""Several texts side by side from one prompt: other settings, other seeds, or other steps of the run."""

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
from playground.sampling.race import race
from playground.sampling.score import score_text
from playground.training.runs.history import read_history
from playground.ui.context import Context
from playground.ui.tabs.generate.answers import RESTART, Answers, Line, use_threads_for
from playground.ui.tabs.generate.choices import name_of_step
from playground.ui.tabs.generate.grown import name_of_losses, steps_to_show
from playground.ui.tabs.generate.log import line
from playground.ui.tabs.generate.memory import Memory
from playground.ui.tabs.generate.start import Opened, Start
from playground.ui.tabs.generate.waterfall import name_of
from playground.ui.tabs.generate.words import Words

MOST_SAMPLES = 16
MOST_STEPS = 12
LONG_TEXTS = 6
"""Texts of the greatest length that may be written at so many steps; of shorter ones more, up to `MOST_STEPS`."""
COPIED_LENGTH = 8
"""Tokens in a row that count as copied in a lane's score."""

THESE = "These settings"
SETTINGS: dict[str, DecodeConfig | BeamConfig] = {
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


class Lanes:
    """Writes several texts at once; each method yields the log that `widgets/lanes.js` draws."""

    def __init__(self, context: Context, answers: Answers, memory: Memory) -> None:
        self._context = context
        self._answers = answers
        self._memory = memory

    def settings(self, desk: Start, names: Sequence[str]) -> Iterator[str]:
        """Two to six settings with the same random numbers."""

        def lines(_job: str, stopped: Event) -> Iterator[Line]:
            opened = desk.open(self._context)
            decode = opened.decode
            known = {THESE: decode, **SETTINGS}
            unknown = [name for name in names if name not in known]
            if unknown:
                raise SettingsError(f"There are no settings named {unknown[0]!r}; choose from the list.")
            rows = race(
                opened.model,
                opened.ids,
                [known[name] for name in names],
                seed=decode.seed,
                max_new_tokens=decode.max_new_tokens,
                eos_id=opened.tokenizer.eot_token,
            )
            lanes = [{"title": name, "note": explain(known[name])} for name in names]
            yield from self._lanes(opened, lanes, _one_by_one(rows), stopped)

        return self._answers.answer("", lines)

    def seeds(self, desk: Start, n: int | float | None) -> Iterator[str]:
        """Several samples, with the seed of the form and those after it, written as one batch."""

        def lines(_job: str, stopped: Event) -> Iterator[Line]:
            opened = desk.open(self._context)
            if n is None or not 1 <= n <= MOST_SAMPLES or n != int(n):
                raise SettingsError(f"Samples: choose a whole number from 1 to {MOST_SAMPLES}.")
            seeds = [opened.decode.seed + k for k in range(int(n))]
            eos_id = opened.tokenizer.eot_token if opened.decode.stop_at_end else None
            rows = stream_samples(opened.model, opened.ids, opened.decode, seeds=seeds, eos_id=eos_id)
            lanes = [{"title": f"Seed {seed}", "note": ""} for seed in seeds]
            yield from self._lanes(opened, lanes, _one_by_one(rows), stopped, rated=True)

        return self._answers.answer("", lines)

    def steps(self, desk: Start) -> Iterator[str]:
        """The model as it grew: the same prompt, settings and seed at steps of the run, one after the other."""

        def lines(_job: str, stopped: Event) -> Iterator[Line]:
            opened = desk.open(self._context)
            run = self._context.store.open(opened.run)
            most = LONG_TEXTS * self._context.limits.max_new_tokens // opened.decode.max_new_tokens
            steps = steps_to_show(run, min(MOST_STEPS, most))
            evaluations = read_history(run).evaluations
            lanes = [
                {"title": name_of_step(step), "note": name_of_losses(evaluations, step), "step": step} for step in steps
            ]
            yield from self._lanes(opened, lanes, self._written_at(steps, opened), stopped)

        return self._answers.answer("", lines)

    def _written_at(self, steps: Sequence[int], opened: Opened) -> Iterator[tuple[int, Step]]:
        eos_id = opened.tokenizer.eot_token if opened.decode.stop_at_end else None
        for number, step in enumerate(steps):  # one model at a time, or twelve would lie in memory
            model = self._context.models.get_uncached(opened.run, step, opened.weights)
            for written in stream(model, opened.ids, opened.decode, eos_id=eos_id):
                yield number, written

    def _lanes(
        self,
        opened: Opened,
        lanes: Sequence[dict[str, Any]],
        tokens: Iterable[tuple[int, Step]],
        stopped: Event,
        rated: bool = False,
    ) -> Iterator[Line]:
        """The lines of all lanes: what stands above them, their tokens, each with the lane's number, their scores."""
        use_threads_for(opened.model)
        yield RESTART
        yield line(kind="lanes", run=opened.run, step=opened.step, prompt=opened.prompt, rated=rated, lanes=lanes)
        words = [Words(opened.tokenizer, opened.ids) for _ in lanes]
        written: list[list[Step]] = [[] for _ in lanes]
        for number, step in tokens:
            written[number].append(step)
            yield partial(words[number].line, step, lane=number)
            if stopped.is_set():
                break
        yield line(kind="end")
        for number, steps in enumerate(written):
            yield line(kind="score", lane=number, **self._score(opened, steps))

    def _score(self, opened: Opened, steps: Sequence[Step]) -> dict[str, Any]:
        if not steps:
            return {}
        ids = [step.id for step in steps]
        score = score_text(ids, [min(0.0, step.log_probability) for step in steps])
        return {
            "n": score.n_tokens,
            "mean": score.mean_log_prob,
            "perplexity": score.perplexity,
            "distinct": score.distinct[1],
            "repetition": score.repetition,
            "copied": self._memory.share(opened.run, ids, COPIED_LENGTH),
        }


def _one_by_one(rows: Iterable[Sequence[Step | None]]) -> Iterator[tuple[int, Step]]:
    """The tokens of lanes that are written together, place by place, the first lane's before the others'."""
    return ((number, step) for row in rows for number, step in enumerate(row) if step is not None)


def explain(lane: DecodeConfig | BeamConfig) -> str:
    """The settings of a lane in a few words.

    >>> explain(SETTINGS["Top-p 0.9"]), explain(DecodeConfig(top_k=25, temperature=1.4)), explain(BeamConfig())
    ('Top-p 0.9', 'Top-k 25 → Temperature 1.4', 'width 4, length penalty 1')
    """
    if isinstance(lane, BeamConfig):
        return f"width {lane.width}, length penalty {lane.length_penalty:g}"
    return " → ".join(name_of(stage) for stage in Pipeline.from_decode(lane).stages if stage.on)
