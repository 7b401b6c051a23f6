"""Draws against theory: how often tokens are drawn beside how often they are expected."""

import math
from typing import Any, TypedDict

import torch

from playground.sampling import running_shares
from playground.sampling.toy import Z_95, wilson
from playground.ui.tabs.decoding.picture import count_hidden, shown_ids
from playground.ui.tabs.decoding.source import Source
from playground.ui.tabs.decoding.state import LabState


class CountRow(TypedDict):
    """One token: probability, count, expected count, and the ends of the 95 % band of the count."""

    word: str
    p: float
    count: int
    expected: float
    low: float
    high: float


def make_draws(state: LabState, source: Source) -> dict[str, Any]:
    """Draw n tokens with the state's seed: one row for each shown token, and the running share of one of them.

    `z` is the half-width of a 95 % band in standard deviations.

    >>> from playground.ui.tabs.decoding.source import toy_source
    >>> [row["count"] for row in make_draws(LabState(), toy_source(LabState()))["rows"]]
    [73, 0, 0, 582, 2, 0, 0, 343, 0]
    """
    n, trace = state.n, state.pipeline.trace(source.logits, source.context)
    probs, ids = trace.after, shown_ids(state, source, trace)
    looked_at, shares = running_shares(probs, n, state.seed)
    counts = (shares[-1] * n).round().long()
    low, high = wilson(counts, n)
    rows: list[CountRow] = [
        {
            "word": source.name(i),
            "p": float(probs[i]),
            "count": int(counts[i]),
            "expected": float(probs[i]) * n,
            "low": float(low[i]) * n,
            "high": float(high[i]) * n,
        }
        for i in ids
    ]
    followed = _followed(state, rows)
    row = rows[followed]
    return {
        "n": n,
        "seed": state.seed,
        "rows": rows,
        "tail": _tail(rows, count_hidden(trace.rows[-1], ids), n),
        "follow": {
            "word": row["word"],
            "p": row["p"],
            "n": looked_at,
            "share": shares[:, ids[followed]].tolist(),
            "z": Z_95,
            "text": explain_count(row["word"], row["count"], row["p"], n),
        },
    }


def explain_count(word: str, count: int, p: float, n: int) -> str:
    """How far a count of n draws is from what the probability `p` lets expect.

    >>> print(explain_count("pizza", 32, 0.043, 1000))
    pizza came 32 times where 43.0 were expected: 1.7 standard deviations (of 6.4) below. In 95 of 100 such experiments
    the count lies between 31 and 55; this is one of them; 32 is within chance.
    """
    times = "once" if count == 1 else f"{count:,} times"
    if p == 0:
        return f"{word} is cut: it cannot come."
    deviation = math.sqrt(n * p * (1 - p))
    if deviation < 1e-9:
        return f"{word} came {times}: nothing else can come."
    expected = n * p
    if expected < 0.5 and count == 0:
        return f"{word} never came: at a probability of {p:.4g} it is expected once in {1 / p:,.0f} draws."
    away = (count - expected) / deviation
    low = max(0, math.ceil(expected - Z_95 * deviation))
    high = min(n, math.floor(expected + Z_95 * deviation))
    side = "below" if away < 0 else "above"
    verdict = (
        f"this is one of them; {count:,} is within chance."
        if low <= count <= high
        else "this is one of the other five."
    )
    return (
        f"{word} came {times} where {expected:,.1f} were expected: {abs(away):.1f} standard deviations "
        f"(of {deviation:,.1f}) {side}. In 95 of 100 such experiments the count lies between {low:,} and {high:,}; "
        f"{verdict}"
    )


def _followed(state: LabState, rows: list[CountRow]) -> int:
    """Index of the row of the word that is followed; the likeliest word's if that word is not shown."""
    for i, row in enumerate(rows):
        if row["word"] == state.follow:
            return i
    return max(range(len(rows)), key=lambda i: rows[i]["p"])


def _tail(rows: list[CountRow], tokens: int, n: int) -> dict[str, Any]:
    """All tokens that can be drawn but are not shown, as one row; `tokens` is their number."""
    count = n - sum(row["count"] for row in rows)
    low, high = wilson(torch.tensor([count]), n)
    expected = max(0.0, n - sum(row["expected"] for row in rows))
    return {"tokens": tokens, "count": count, "expected": expected, "low": float(low) * n, "high": float(high) * n}
