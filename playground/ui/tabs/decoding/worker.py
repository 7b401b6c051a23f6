"""A worker thread for small tensors."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TimedOutError
from typing import TypeVar

import torch

from playground.errors import BusyError

Result = TypeVar("Result")


class Worker:
    """One thread that runs one call at a time on one processor core.

    PyTorch splits an operation on 50,000 numbers between all cores. While a training uses these cores, the parts wait
    for each other, which was measured to take forty times as long. The number of threads is a setting of the thread
    that computes, so it is set in this one only.

    >>> Worker().run(torch.get_num_threads)
    1
    """

    def __init__(self, timeout_s: float = 30.0) -> None:
        self._timeout_s = timeout_s
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="decoding")
        shared_threads = torch.get_num_threads()
        self._executor.submit(_use_one_thread).result()
        torch.set_num_threads(shared_threads)  # threads that start later take the number that was set last

    def run(self, work: Callable[[], Result]) -> Result:
        """The result of `work`; raises what it raises, and `BusyError` if it has not ended after `timeout_s`."""
        future = self._executor.submit(work)
        try:
            return future.result(self._timeout_s)
        except TimedOutError:
            future.cancel()
            raise BusyError("The server is busy with other pictures; try again in a moment.") from None


def _use_one_thread() -> None:
    torch.get_num_threads()  # a thread takes the shared number when it is first asked: before it gets its own
    torch.set_num_threads(1)
