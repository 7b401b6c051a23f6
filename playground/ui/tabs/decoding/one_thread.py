"""A single worker for small tensors: beside a training, many threads for 50,000 numbers cost forty times as much."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLongError
from typing import TypeVar

import torch

from playground.errors import BusyError

Result = TypeVar("Result")


class OneThread:
    """Runs one piece of work at a time, each on a single processor core; others wait their turn.

    PyTorch splits work on 50,000 numbers between all cores, and where these are taken, the parts wait for each other
    far longer than the work takes. The number of threads belongs to the thread that computes: it is set in this one.

    >>> OneThread().run(torch.get_num_threads)
    1
    """

    def __init__(self, patience_s: float = 30.0) -> None:
        self._patience_s = patience_s
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="decoding")
        everywhere = torch.get_num_threads()
        self._worker.submit(_use_one_thread).result()
        torch.set_num_threads(everywhere)  # threads that start later take the number that was set last

    def run(self, work: Callable[[], Result]) -> Result:
        """What `work` gives; raises what it raises, and `BusyError` if its turn does not come in time."""
        future = self._worker.submit(work)
        try:
            return future.result(self._patience_s)
        except TooLongError:
            future.cancel()
            raise BusyError("The server is busy with the pictures of others; try again in a moment.") from None


def _use_one_thread() -> None:
    torch.get_num_threads()  # a thread takes over the common number when it is first asked: let that be now
    torch.set_num_threads(1)
