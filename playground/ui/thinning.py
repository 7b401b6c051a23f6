"""Curves and rows with fewer points, so that an answer to the page stays small."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

MAX_POINTS = 600
"""Points of one curve in one answer: as many as a chart of a screen's width can show."""

Row = TypeVar("Row")


def thin_rows(rows: Sequence[Row], max_rows: int) -> list[Row]:
    """At most `max_rows` of the rows, evenly spaced; the first and the last are kept.

    >>> thin_rows([0, 1, 2, 3, 4, 5, 6], 3)
    [0, 3, 6]
    """
    if len(rows) <= max_rows:
        return list(rows)
    return [rows[round(i * (len(rows) - 1) / (max_rows - 1))] for i in range(max_rows)]


def thin_columns(
    columns: Mapping[str, Sequence[float]],
    merge: Mapping[str, Literal["mean", "last"]],
    max_points: int = MAX_POINTS,
) -> dict[str, list[float]]:
    """Columns of equal length with at most `max_points` entries; neighbours are merged as `merge` says for the column.

    `last` keeps the last of them, so that a curve ends where the run is; `mean` averages them.

    >>> thin_columns({"x": [1, 2, 3, 4, 5], "y": [9.0, 7.0, 5.0, 3.0, 1.0]}, {"x": "last", "y": "mean"}, max_points=3)
    {'x': [2, 4, 5], 'y': [8.0, 4.0, 1.0]}
    """
    return {name: _merged(column, merge[name], max_points) for name, column in columns.items()}


def _merged(column: Sequence[float], merge: Literal["mean", "last"], max_points: int) -> list[float]:
    size = max(1, -(-len(column) // max_points))
    groups = [column[start : start + size] for start in range(0, len(column), size)]
    return [group[-1] if merge == "last" else sum(group) / len(group) for group in groups]
