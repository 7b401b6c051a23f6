"""The numbers of the main picture: candidates before and after the stages, and the effect of each stage."""

from typing import Any

from playground.sampling import Stage, StageTrace, Temperature, Trace
from playground.sampling.stages.base import REMOVED
from playground.ui.tabs.decoding.source import Source
from playground.ui.tabs.decoding.state import LabState

SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Possible ends of the bars' axis: few, so that it seldom changes."""
MAX_RAISED = 10
"""Tokens shown besides the likeliest ones because the stages raised them to that rank."""


def make_picture(state: LabState, source: Source) -> dict[str, Any]:
    """Everything the widget `Distribution` draws; probabilities are over the whole vocabulary and unrounded.

    >>> from playground.ui.tabs.decoding.source import toy_source
    >>> picture = make_picture(LabState(), toy_source(LabState()))
    >>> picture["rows"][3]["word"], round(picture["rows"][3]["before"], 4)
    ('forward', 0.5721)
    """
    trace = state.pipeline.trace(source.logits, source.context)
    shown = shown_ids(state, source, trace)
    pinned = source.token_id(state.find) if state.find and source.kind == "model" else None
    cuts = _cuts(trace, shown)
    steps = [_step(row, shown, cut) for row, cut in zip(trace.rows, cuts, strict=True)]
    rows = _rows(source, trace, shown, cuts, pinned)
    highest = max(max(step["p"]) for step in steps)
    return {
        "kind": source.kind,
        "size": len(source),
        "rows": rows,
        "tail": _tail(trace, shown),
        "scale": 1.0 if source.kind == "toy" else next(scale for scale in SCALES if highest <= scale * 1.0001),
        "steps": steps,
        "before": _uncertainty(trace.rows[0]),
        "after": _uncertainty(trace.rows[-1]),
        "notes": _notes(trace),
    }


def shown_ids(state: LabState, source: Source, trace: Trace) -> list[int]:
    """Ids in the order of the rows.

    These are all words; of a model the likeliest tokens before the stages, then those that are among the likeliest only
    after them, then the token that is searched for. Raises `SettingsError` if that is no token.
    """
    if source.kind == "toy":
        return list(range(len(source)))
    count = min(state.top, len(source))
    ids = trace.before.topk(count).indices.tolist()
    raised = [i for i in trace.after.topk(count).indices.tolist() if i not in ids and trace.after[i] > 0]
    ids += raised[:MAX_RAISED]
    if state.find and (found := source.token_id(state.find)) not in ids:
        ids.append(found)
    return ids


def settings_of(stage: Stage) -> str:
    """A stage's settings as a short text, without lists of tokens.

    >>> from playground.sampling import XTC
    >>> settings_of(Temperature(0.5)), settings_of(XTC())
    ('T = 0.5', 'threshold 0.1, probability 0.5')
    """
    if isinstance(stage, Temperature):
        return f"T = {stage.temperature:g}"
    values = {name: stage[name] for name in stage.setting_names() if isinstance(stage[name], (int, float))}
    if len(values) == 1:
        return "".join(f"{name.replace('_', ' ')} = {value:g}" for name, value in values.items())
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in values.items())


def _cuts(trace: Trace, shown: list[int]) -> list[list[bool]]:
    """For every row of the trace and every shown token: whether that stage removed it."""
    removed = [(row.logits[shown] == REMOVED).tolist() for row in trace.rows]
    pairs = zip(removed, [removed[0], *removed[:-1]], strict=True)
    return [[now and not before for now, before in zip(*pair, strict=True)] for pair in pairs]


def _rows(
    source: Source, trace: Trace, shown: list[int], cuts: list[list[bool]], pinned: int | None
) -> list[dict[str, Any]]:
    before, after, logits = trace.before[shown], trace.after[shown], source.logits[shown]
    ranks = (trace.before > before.unsqueeze(-1)).sum(dim=-1) + 1
    titles = [row.stage.title if row.stage else None for row in trace.rows]
    return [
        {
            "id": token_id,
            "word": source.name(token_id),
            "logit": round(float(logits[i]), 4),
            "rank": int(ranks[i]),
            "before": float(before[i]),
            "after": float(after[i]),
            "cut": next((title for title, cut in zip(titles, cuts, strict=True) if cut[i]), None),
            "pinned": token_id == pinned,
        }
        for i, token_id in enumerate(shown)
    ]


def count_hidden(row: StageTrace, shown: list[int]) -> int:
    """How many tokens the stages have kept without being among those that are shown.

    >>> from playground.ui.tabs.decoding.source import toy_source
    >>> trace = LabState().pipeline.trace(toy_source(LabState()).logits)
    >>> count_hidden(trace.rows[-1], [0, 1, 2])
    6
    """
    return row.kept - int((row.logits[shown] > REMOVED).sum())


def _tail(trace: Trace, shown: list[int]) -> dict[str, Any]:
    """The tokens that are not shown: those that can still be drawn, and those that were cut, with probabilities."""
    last, before = trace.rows[-1], trace.before
    count, kept = len(before) - len(shown), count_hidden(last, shown)
    hidden = max(0.0, 1 - float(before[shown].double().sum())) if count else 0.0
    cut = 0.0 if kept else hidden
    if 0 < kept < count:
        is_cut = last.logits == REMOVED
        cut = float(before[is_cut].double().sum() - before[shown][is_cut[shown]].double().sum())
        cut = min(max(0.0, cut), hidden)
    return {
        "count": count,
        "kept": kept,
        "before": hidden - cut,
        "cut_before": cut,
        "after": _rest(last, shown),
    }


def _rest(row: StageTrace, shown: list[int]) -> float:
    """Probability of the tokens that are not shown; exactly 0 where none of them is left."""
    return max(0.0, 1 - float(row.probs[shown].double().sum())) if count_hidden(row, shown) else 0.0


def _step(row: StageTrace, shown: list[int], cut: list[bool]) -> dict[str, Any]:
    probs = row.probs[shown].tolist()
    if len(row.probs) > len(shown):
        probs.append(_rest(row, shown))
        cut = [*cut, len(row.removed) > sum(cut)]
    stage = row.stage
    return {
        "label": stage.title if stage else "Softmax",
        "setting": settings_of(stage) if stage else "of the logits",
        "chip": f"÷ {stage.temperature:g}" if isinstance(stage, Temperature) else _chip(stage),
        "start": stage is None,
        "p": probs,
        "cut": cut,
        "cut_count": len(row.removed),
        "cut_mass": row.removed_probability,
        "moved": row.moved_probability,
        "kept": row.kept,
        "entropy": row.entropy_bits,
        "choices": row.choices,
    }


def _chip(stage: Stage | None) -> str:
    if stage is None:
        return "softmax"
    return f"{stage.title} {settings_of(stage).rpartition('= ')[2]}" if "=" in settings_of(stage) else stage.title


def _uncertainty(row: StageTrace) -> dict[str, float]:
    return {"entropy": row.entropy_bits, "choices": row.choices}


def _notes(trace: Trace) -> list[str]:
    return [
        f"{row.stage.title} would have left nothing, so the likeliest token is kept."
        for row in trace.rows
        if row.rescued and row.stage
    ]
