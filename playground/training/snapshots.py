"""At which steps a copy of the weights is kept, so that the model can be looked at as it grew."""

import math
from itertools import count

LARGEST_BYTES = 1_000_000_000
"""What the copies of a run may take where their number is left to us."""
MOST_SNAPSHOTS = 1_000
"""Copies of one training after step 0, however many are asked for."""
_ABOUT, _FEWEST = 10, 3


def snapshot_every(total_steps: int, n_parameters: int, freq: int | None = None) -> int:
    """Steps between two copies, the first one at step 0; 0: none are kept.

    `freq` is what the settings ask for. Left to us (None), it is the smallest round number that makes about ten copies,
    or as many as 1 GB holds; none, if that holds fewer than three.

    >>> snapshot_every(180, 1_000_000), snapshot_every(180, 50_000_000), snapshot_every(180, 124_000_000)
    (20, 50, 0)
    >>> snapshot_every(180, 1_000_000, freq=7)
    7
    """
    if freq is not None:
        return freq and max(freq, math.ceil(total_steps / MOST_SNAPSHOTS))
    copies = min(1 + _ABOUT, LARGEST_BYTES // (4 * n_parameters))
    if copies < _FEWEST:
        return 0
    round_numbers = (lead * 10**power for power in count() for lead in (1, 2, 5))
    return next(every for every in round_numbers if every * (copies - 1) >= total_steps)
