"""Device, precision, threads and memory: what this machine offers, and which of it is used."""

import os
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal

import psutil
import torch

from playground.config import DeviceName, PrecisionName
from playground.errors import SettingsError

Precision = Literal["float32", "bfloat16"]
_CGROUP = Path("/sys/fs/cgroup")
_BFLOAT16_FEATURES = ("avx512_bf16", "amx_bf16", "arm_bf16", "bf16")
_WIDTHS = (128, 256, 512, 1024, 2048, 4096)  # of the matrices whose product is timed
_MIN_PRODUCT_S = 1e-3  # call overhead dominates shorter products
_TRIAL_S = 0.02


def resolve_device(name: DeviceName = "auto") -> torch.device:
    """The device to compute on: with `auto` cuda if available, else mps, else cpu (book, section 5.2).

    Raises `SettingsError` for a device that this machine does not have.

    >>> resolve_device("cpu")
    device(type='cpu')
    """
    is_available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    available = [kind for kind, yes in is_available.items() if yes]
    kind = available[0] if name == "auto" else name
    if kind not in available:
        raise SettingsError(f"device: this machine has no {name}; choose auto or one of: {', '.join(available)}.")
    return torch.device(kind)


def device_name(name: DeviceName = "auto") -> str:
    """The manufacturer's name of a device; raises `SettingsError` like `resolve_device`.

    >>> len(device_name("cpu")) > 0
    True
    """
    device = resolve_device(name)
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return str(torch.cpu.get_capabilities().get("cpu_name", "")).strip() or "processor"


def free_memory_bytes(name: DeviceName = "auto") -> int:
    """Memory of a device that this process can still allocate; raises `SettingsError` like `resolve_device`.

    >>> free_memory_bytes("cpu") > 0
    True
    """
    device = resolve_device(name)
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return _free_processor_memory_bytes(_CGROUP)  # mps shares the processor's memory


def resolve_precision(name: PrecisionName, device: torch.device | str) -> Precision:
    """The precision of matrix products; with `auto` bfloat16 if the device supports it in hardware, else float32.

    >>> resolve_precision("float32", "cpu")
    'float32'
    """
    if name != "auto":
        return name
    kind = torch.device(device).type
    if kind == "cuda":
        is_supported = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        features = torch.cpu.get_capabilities() if kind == "cpu" else {}
        is_supported = any(features.get(feature, False) for feature in _BFLOAT16_FEATURES)
    return "bfloat16" if is_supported else "float32"


def autocast(device: torch.device | str, precision: Precision) -> AbstractContextManager[object]:
    """A context in which matrix products are computed in `precision`; the weights keep their type.

    >>> with autocast("cpu", "bfloat16"):
    ...     (torch.ones(1, 1) @ torch.ones(1, 1)).dtype
    torch.bfloat16
    """
    if precision == "float32":
        return nullcontext()
    return torch.autocast(torch.device(device).type, dtype=torch.bfloat16)


def measure_peak_flop_per_s(device: torch.device | str, precision: Precision) -> float:
    """Measure the peak: floating-point operations per second in the fastest product of two square matrices.

    Measured with PyTorch's current number of threads, and with one, which is faster while other programs keep the cores
    busy. Takes about 50 ms; the number of threads and the random generators are left as they were.

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
        _product_s(factor, product)  # warm-up
        times = [_product_s(factor, product) for _ in range(3)]  # a single one may have been interrupted
        if min(times) > _MIN_PRODUCT_S:
            break
    while sum(times) < _TRIAL_S:
        times.append(_product_s(factor, product))
    return 2 * width**3 / min(times)


def _product_s(factor: torch.Tensor, product: torch.Tensor) -> float:
    started = time.perf_counter()
    torch.mm(factor, factor, out=product)
    product[0, 0].item()  # waits for the device
    return time.perf_counter() - started


def use_threads(n: int | None = None) -> int:
    """Make PyTorch use `n` processor threads, or one per core, and return their number.

    Raises `SettingsError` for n below 1.

    >>> use_threads(1)
    1
    """
    if n is not None and n < 1:
        raise SettingsError(f"threads: {n} threads cannot compute; use 1 or more.")
    torch.set_num_threads(n or available_cores())
    return torch.get_num_threads()


def available_cores() -> int:
    """Number of cores for this process: limited by its affinity, its container's quota, and the physical cores.

    >>> available_cores() >= 1
    True
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    physical = psutil.cpu_count(logical=False) or allowed
    return max(1, min(allowed, physical, _cpu_quota(_CGROUP) or allowed))


def _cpu_quota(root: Path) -> int | None:
    """Number of whole cores that a container may use; None without a limit (cgroup v2, then v1)."""
    first_version = (root / "cpu" / f"cpu.cfs_{part}_us" for part in ("quota", "period"))
    words = _words(root / "cpu.max") or [word for path in first_version for word in _words(path)]
    if len(words) == 2 and all(word.isdigit() for word in words):
        return max(1, round(int(words[0]) / max(1, int(words[1]))))
    return None


def _free_processor_memory_bytes(root: Path) -> int:
    """Free memory, within a container's limit if there is one (cgroup v2, then v1)."""
    memory = psutil.virtual_memory()
    for limit_file, used_file in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        limit, used = ("".join(_words(root / name)) for name in (limit_file, used_file))
        if limit.isdigit() and used.isdigit() and int(limit) < memory.total:
            return max(0, min(memory.available, int(limit) - int(used)))
    return memory.available


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:  # not Linux, or another cgroup version
        return []
