"""How much faster one side is than another, from measurements taken in turns."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """The ratios of neighbouring measurements of two sides: their median, and the quartiles as their spread."""

    median: float
    low: float
    """First quartile."""
    high: float
    """Third quartile."""
    each: list[float]

    def __str__(self) -> str:
        """As a table shows it.

        >>> str(Ratio.of([12.0, 9.0, 11.0], [10.0, 10.0, 10.0]))
        '1.10 (1.00–1.15)'
        """
        digits = 2 if self.median >= 0.1 else 3
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"

    @classmethod
    def of(cls, first: Sequence[float], second: Sequence[float]) -> "Ratio":
        """The first side over the second, measurement by measurement.

        Other work on the machine slows down both measurements of a pair, and so leaves their ratio; two medians, one
        for each side, may come from different minutes.
        """
        each = [a / b for a, b in zip(first, second, strict=True)]
        low, median, high = statistics.quantiles(each, method="inclusive") if len(each) > 1 else each * 3
        return cls(median, low, high, each)
