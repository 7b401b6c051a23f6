"""Draws against theory: what comes when the next token is drawn many times, beside what is expected."""

import math
from typing import Any

import torch

from playground.sampling import running_shares
from playground.sampling.toy import wilson
from playground.ui.tabs.decoding.picture import shown_ids
from playground.ui.tabs.decoding.source import Source
from playground.ui.tabs.decoding.state import LabState

Z_95 = 1.96


def make_draws(state: LabState, source: Source) -> dict[str, Any]:
    """N draws under the state's seed, one row a shown token, and how the share of one of them settles.

    >>> from playground.ui.tabs.decoding.source import toy_source
    >>> [row["count"] for row in make_draws(LabState(), toy_source(LabState()))["rows"]]
    [73, 0, 0, 582, 2, 0, 0, 343, 0]
    """
    n, trace = state.n, state.pipeline.trace(source.logits, source.context)
    probs, ids = trace.after, shown_ids(state, source, trace)
    looked_at, shares = running_shares(probs, n, state.seed)
    counts = (shares[-1] * n).round().long()
    low, high = wilson(counts, n)
    rows = [
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
    return {
        "n": n,
        "seed": state.seed,
        "rows": rows,
        "tail": _tail(rows, len(source) - len(rows), n),
        "follow": {
            "word": rows[followed]["word"],
            "p": rows[followed]["p"],
            "n": looked_at,
            "share": shares[:, ids[followed]].tolist(),
            "text": tell(rows[followed]["word"], rows[followed]["count"], rows[followed]["p"], n),
        },
    }


def tell(word: str, count: int, p: float, n: int) -> str:
    """Why a count is as it should be, or how unusual it is.

    >>> print(tell("pizza", 32, 0.043, 1000))
    pizza came 32 times where 43.0 were expected: 1.7 standard deviations (of 6.4) below. In 95 of 100 such experiments
    the count lies between 31 and 55; this is one of them, so 32 is fine.
    """
    times = "once" if count == 1 else f"{count:,} times"
    if p == 0:
        return f"{word} is cut: it cannot come."
    spread = math.sqrt(n * p * (1 - p))
    if spread < 1e-9:
        return f"{word} came {times}: nothing else can come."
    expected = n * p
    if expected < 0.5 and count == 0:
        return f"{word} never came: at a probability of {p:.4g} it is expected once in {1 / p:,.0f} draws."
    away = (count - expected) / spread
    low, high = max(0, math.ceil(expected - Z_95 * spread)), min(n, math.floor(expected + Z_95 * spread))
    where = "below" if away < 0 else "above"
    verdict = (
        f"this is one of them, so {count:,} is fine." if low <= count <= high else "this is one of the other five."
    )
    return (
        f"{word} came {times} where {expected:,.1f} were expected: {abs(away):.1f} standard deviations "
        f"(of {spread:,.1f}) {where}. In 95 of 100 such experiments the count lies between {low:,} and {high:,}; "
        f"{verdict}"
    )


def _followed(state: LabState, rows: list[dict[str, Any]]) -> int:
    """The row of the word that is followed; the likeliest where that word is not shown."""
    for i, row in enumerate(rows):
        if row["word"] == state.follow:
            return i
    return max(range(len(rows)), key=lambda i: rows[i]["p"])


def _tail(rows: list[dict[str, Any]], tokens: int, n: int) -> dict[str, Any]:
    count = n - sum(row["count"] for row in rows)
    low, high = wilson(torch.tensor([count]), n)
    expected = max(0.0, n - sum(row["expected"] for row in rows))
    return {"tokens": tokens, "count": count, "expected": expected, "low": float(low) * n, "high": float(high) * n}
