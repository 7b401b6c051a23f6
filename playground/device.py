"""Device, precision and threads: what this machine has, and what we use of it."""

import os
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
import torch

from playground.config import DeviceName, PrecisionName
from playground.errors import SettingsError

Precision = Literal["float32", "bfloat16"]
_CGROUP = Path("/sys/fs/cgroup")
_BFLOAT16_FEATURES = ("avx512_bf16", "amx_bf16", "arm_bf16", "bf16")
_WIDTHS = (128, 256, 512, 1024, 2048, 4096)  # of the matrices that are multiplied to find the peak
_LONG_ENOUGH_S = 1e-3  # a product that takes less is not worth the device's while
_TRIAL_S = 0.02


@dataclass(frozen=True)
class Machine:
    """What a training on this machine may use.

    >>> machine("cpu").device
    'cpu'
    """

    device: str
    """cpu, cuda or mps."""
    device_name: str
    """What its maker calls it."""
    cores: int
    """Processor cores this process may use."""
    threads: int
    """Processor threads PyTorch uses now."""
    memory_bytes: int
    """Memory of the device that this process may use at most."""
    free_memory_bytes: int
    """What of it is free now."""
    bfloat16: bool
    """Whether the device computes in bfloat16 in hardware."""


def machine(name: DeviceName = "auto") -> Machine:
    """What this machine has; raises `SettingsError` when it lacks the device that was asked for."""
    device = resolve_device(name)
    if device.type == "cuda":
        device_name = torch.cuda.get_device_name(device)
        free, total = torch.cuda.mem_get_info(device)
    else:  # mps shares the memory of the processor
        device_name = _processor_name() if device.type == "cpu" else "Apple GPU"
        free, total = _memory_bytes()
    bfloat16 = resolve_precision("auto", device) == "bfloat16"
    return Machine(device.type, device_name, available_cores(), torch.get_num_threads(), total, free, bfloat16)


def resolve_device(name: DeviceName = "auto") -> torch.device:
    """The device to compute on; `auto` takes cuda, else mps, else cpu (book, section 5.2).

    Raises `SettingsError` when the one asked for is not there.

    >>> resolve_device("cpu")
    device(type='cpu')
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(kind for kind, is_there in there.items() if is_there)
    if not there.get(name, False):
        found = ", ".join(kind for kind, is_there in there.items() if is_there)
        raise SettingsError(f"device: this machine has no {name}; choose auto or one of: {found}.")
    return torch.device(name)


def resolve_precision(name: PrecisionName, device: torch.device | str) -> Precision:
    """The precision of matrix products; `auto` takes bfloat16 only where the device has it in hardware.

    >>> resolve_precision("float32", "cpu")
    'float32'
    """
    if name != "auto":
        return name
    kind = torch.device(device).type
    if kind == "cuda":
        in_hardware = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        features = torch.cpu.get_capabilities() if kind == "cpu" else {}
        in_hardware = any(features.get(feature, False) for feature in _BFLOAT16_FEATURES)
    return "bfloat16" if in_hardware else "float32"


def autocast(device: torch.device | str, precision: Precision) -> AbstractContextManager[object]:
    """A context in which matrix products run in `precision`; weights keep their own.

    >>> with autocast("cpu", "bfloat16"):
    ...     (torch.ones(1, 1) @ torch.ones(1, 1)).dtype
    torch.bfloat16
    """
    if precision == "float32":
        return nullcontext()
    return torch.autocast(torch.device(device).type, dtype=torch.bfloat16)


def measure_peak_flop_per_s(device: torch.device | str, precision: Precision) -> float:
    """Floating-point operations a second in the fastest product of two square matrices, with the threads now in use.

    One thread alone is tried as well, for it is faster than several while other programs keep the cores busy. It takes
    about 50 ms, and leaves threads and random generators as they were.

    >>> measure_peak_flop_per_s("cpu", "float32") > 1e6
    True
    """
    threads = torch.get_num_threads()
    tried = {1, threads} if torch.device(device).type == "cpu" else {threads}
    try:
        return max(_fastest_product(device, precision, n) for n in tried)
    finally:
        torch.set_num_threads(threads)


def _fastest_product(device: torch.device | str, precision: Precision, threads: int) -> float:
    torch.set_num_threads(threads)
    for width in _WIDTHS:
        factor = torch.full((width, width), 0.5, device=device, dtype=getattr(torch, precision))
        product = torch.empty_like(factor)
        _product_s(factor, product)  # the first one sets things up
        times = [_product_s(factor, product) for _ in range(3)]  # one alone may have been held up
        if min(times) > _LONG_ENOUGH_S:
            break
    while sum(times) < _TRIAL_S:
        times.append(_product_s(factor, product))
    return 2 * width**3 / min(times)


def _product_s(factor: torch.Tensor, product: torch.Tensor) -> float:
    started = time.perf_counter()
    torch.mm(factor, factor, out=product)
    product[0, 0].item()  # wait for the device
    return time.perf_counter() - started


def use_threads(n: int | None = None) -> int:
    """Let PyTorch use `n` processor threads, or one for every core; the number now in use.

    Raises `SettingsError` for less than one.
    """
    if n is not None and n < 1:
        raise SettingsError(f"threads: {n} threads cannot compute; use 1 or more.")
    torch.set_num_threads(n or available_cores())
    return torch.get_num_threads()


def available_cores() -> int:
    """Cores this process may use: bounded by its affinity, its container's quota, and the physical cores.

    >>> available_cores() >= 1
    True
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    physical = psutil.cpu_count(logical=False) or allowed
    return max(1, min(allowed, physical, _cpu_quota(_CGROUP) or allowed))


def _cpu_quota(root: Path) -> int | None:
    """Whole cores that a container may use, or None without a limit (cgroup v2, then v1)."""
    first_version = (root / "cpu" / f"cpu.cfs_{part}_us" for part in ("quota", "period"))
    words = _words(root / "cpu.max") or [word for path in first_version for word in _words(path)]
    if len(words) == 2 and all(word.isdigit() for word in words):
        return max(1, round(int(words[0]) / max(1, int(words[1]))))
    return None


def _memory_bytes(root: Path = _CGROUP) -> tuple[int, int]:
    """Memory (free, total) in bytes, within a container's limit where it has one (cgroup v2, then v1)."""
    memory = psutil.virtual_memory()
    free, total = memory.available, memory.total
    for limit_file, used_file in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        limit, used = ("".join(_words(root / name)) for name in (limit_file, used_file))
        if limit.isdigit() and used.isdigit() and int(limit) < total:
            return max(0, min(free, int(limit) - int(used))), int(limit)
    return free, total


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:  # not Linux, or another cgroup version
        return []


def _processor_name() -> str:
    return str(torch.cpu.get_capabilities().get("cpu_name", "")).strip() or "processor"
