"""The temperature sweep: probabilities and entropy over the temperature."""

from typing import Any

from playground.sampling import Pipeline, Stage, Temperature, entropy_bits
from playground.ui.tabs.decoding.picture import shown_ids
from playground.ui.tabs.decoding.source import Source
from playground.ui.tabs.decoding.state import LabState

LOWEST, HIGHEST, POINTS = 0.05, 5.0, 61
MAX_LINES = 9


def make_sweep(state: LabState, source: Source) -> dict[str, Any]:
    """Probabilities after all stages, and their entropy in bits, at temperatures from 0.05 to 5, evenly spaced in log.

    The other stages keep their settings. If no temperature is on, the first that is off is used, or one at the end.

    >>> from playground.ui.tabs.decoding.source import toy_source
    >>> sweep = make_sweep(LabState(), toy_source(LabState()))
    >>> len(sweep["temperatures"]), len(sweep["lines"])
    (61, 9)
    """
    trace = state.pipeline.trace(source.logits, source.context)
    ids = shown_ids(state, source, trace)[:MAX_LINES]
    temperatures = [LOWEST * (HIGHEST / LOWEST) ** (i / (POINTS - 1)) for i in range(POINTS)]
    probs = [_pipeline_at(state.stages, t)(source.logits, source.context).softmax(-1) for t in temperatures]
    now = next((stage.temperature for stage in state.stages if stage.on and isinstance(stage, Temperature)), 1.0)
    return {
        "temperatures": temperatures,
        "lines": [{"word": source.name(i), "p": [float(row[i]) for row in probs]} for i in ids],
        "entropy": [float(entropy_bits(row)) for row in probs],
        "now": now,
        "here": [float(trace.after[i]) for i in ids],
        "entropy_here": trace.rows[-1].entropy_bits,
    }


def _pipeline_at(stages: tuple[Stage, ...], temperature: float) -> Pipeline:
    """The stages at another temperature, as `withTemperature` in `widgets/lib/lab_state.js` sets it."""
    places = [i for i, stage in enumerate(stages) if isinstance(stage, Temperature)]
    place = next((i for i in places if stages[i].on), places[0] if places else len(stages))
    return Pipeline([*stages[:place], Temperature(temperature), *stages[place + 1 :]])
