"""How a training uses its machine: how many threads, and what becomes of memory between two steps."""

import ctypes
import sys
import time

import torch

from playground.device import use_threads
from playground.model.gpt import GPTModel
from playground.training.loop.loss import calc_loss_batch

_MMAP_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -4, -3, -1  # names of glibc's malloc.h
_LARGE_BYTES = 1 << 22
_TINY_STEP_FLOP = 2e9
_ROUNDS = 3
_WORTH = 0.9  # of the time: a second core is left alone for less


def keep_freed_memory() -> bool:
    """Let this process keep memory it has freed, for the next step to use; whether that could be asked for.

    Otherwise the allocator of Linux gives large buffers back to the system at once, and every step pays for getting
    them again, page by page: 9 to 17 % of the time of a step at the 124M configuration. It holds until the opposite is
    asked for.
    """
    return _ask_allocator({_MMAP_MAX: 0, _TRIM_THRESHOLD: -1})


def give_back_freed_memory() -> bool:
    """Let this process give large buffers back to the system at once; whether that could be asked for.

    The allocator of Linux else comes to keep them, in pieces that the next ones do not fit. A process that holds half
    of the 124M configuration and puts a block together at a time needed 3.6 GB instead of 4.9, and a quarter more time.
    """
    return _ask_allocator({_MMAP_MAX: 1 << 16, _MMAP_THRESHOLD: _LARGE_BYTES, _TRIM_THRESHOLD: _LARGE_BYTES})


def _ask_allocator(settings: dict[int, int]) -> bool:
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return all(mallopt(name, value) for name, value in settings.items())


def choose_threads(model: GPTModel, batch_size: int, most: int) -> int:
    """Threads to train `model` with, at most `most`: for a tiny model one alone may be faster, so it is tried.

    A step of a larger model takes longer than the trial is worth, and always gains; a GPU does not ask. Weights,
    gradients and the model's mode are left as they are, the random generator is not.
    """
    device = next(model.parameters()).device
    tokens = batch_size * model.config.context_length
    flop = 6 * tokens * sum(weight.numel() for weight in model.parameters())
    if most == 1 or device.type != "cpu" or flop > _TINY_STEP_FLOP:
        return most
    ids = torch.zeros(batch_size, model.config.context_length, dtype=torch.long)
    seconds: dict[int, list[float]] = {1: [], most: []}
    for _ in range(_ROUNDS + 1):
        for threads, times in seconds.items():
            use_threads(threads)
            started = time.perf_counter()
            calc_loss_batch(ids, ids, model, device).backward()
            times.append(time.perf_counter() - started)
            model.zero_grad(set_to_none=True)
    best_s = {threads: min(times[1:]) for threads, times in seconds.items()}  # the first round warms up
    return most if best_s[most] < _WORTH * best_s[1] else 1
