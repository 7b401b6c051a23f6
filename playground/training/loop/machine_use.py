"""How a training uses its machine: the number of threads, and whether freed memory is kept between steps."""

import ctypes
import sys
import time

import torch

from playground.device import use_threads
from playground.model.gpt import GPTModel
from playground.training.loop.loss import calc_loss_batch

_MMAP_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -4, -3, -1  # parameters of mallopt, from glibc's malloc.h
_LARGE_BYTES = 1 << 22
_TINY_STEP_FLOP = 2e9
_ROUNDS = 3
_MIN_GAIN = 0.9  # more threads must take at most this share of one thread's time


def keep_freed_memory() -> bool:
    """Let this process keep freed memory for the next step; whether the allocator supports it.

    Otherwise glibc's allocator returns large buffers to the system at once, and every step has to map them again page
    by page: 9 to 17 % of the time of a step at the 124M configuration. It holds until `give_back_freed_memory`.
    """
    return _set_allocator({_MMAP_MAX: 0, _TRIM_THRESHOLD: -1})


def give_back_freed_memory() -> bool:
    """Let this process return large freed buffers to the system at once; whether the allocator supports it.

    Otherwise glibc's allocator keeps more and more of them, in pieces that the next buffers do not fit. A process with
    a shard of half of the 124M configuration, which gathers one block at a time, needed 3.6 GB instead of 4.9 GB, and a
    quarter more time.
    """
    return _set_allocator({_MMAP_MAX: 1 << 16, _MMAP_THRESHOLD: _LARGE_BYTES, _TRIM_THRESHOLD: _LARGE_BYTES})


def _set_allocator(settings: dict[int, int]) -> bool:
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return all(mallopt(name, value) for name, value in settings.items())


def choose_threads(model: GPTModel, batch_size: int, max_threads: int) -> int:
    """Threads to train `model` with: `max_threads`, or 1 if a tiny model is faster with one, which is measured.

    A larger model always gains from more threads, and a step of it takes longer than the measurement is worth; a GPU
    does not depend on them. Weights, gradients and the model's mode are unchanged afterwards, the random generator is
    not.
    """
    device = next(model.parameters()).device
    tokens = batch_size * model.config.context_length
    flop = 6 * tokens * sum(weight.numel() for weight in model.parameters())
    if max_threads == 1 or device.type != "cpu" or flop > _TINY_STEP_FLOP:
        return max_threads
    ids = torch.zeros(batch_size, model.config.context_length, dtype=torch.long)  # (B, T)
    seconds: dict[int, list[float]] = {1: [], max_threads: []}
    for _ in range(_ROUNDS + 1):
        for threads, times in seconds.items():
            use_threads(threads)
            started = time.perf_counter()
            calc_loss_batch(ids, ids, model, device).backward()
            times.append(time.perf_counter() - started)
            model.zero_grad(set_to_none=True)
    best_s = {threads: min(times[1:]) for threads, times in seconds.items()}  # the first round warms up
    return max_threads if best_s[max_threads] < _MIN_GAIN * best_s[1] else 1
