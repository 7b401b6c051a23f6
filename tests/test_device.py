import os
from pathlib import Path

import psutil
import pytest
import torch

from playground import device as device_module
from playground.device import (
    autocast,
    available_cores,
    device_name,
    free_memory_bytes,
    measure_peak_flop_per_s,
    resolve_device,
    resolve_precision,
    use_threads,
)
from playground.errors import SettingsError


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield before
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_auto_chooses_the_fastest_available_device(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert resolve_device("auto").type == expected


def test_a_missing_device_is_refused_with_the_available_ones(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(SettingsError, match=r"no cuda; choose auto or one of: cpu\."):
        resolve_device("cuda")
    with pytest.raises(SettingsError, match="no toaster"):
        resolve_device("toaster")


@pytest.mark.parametrize(
    ("features", "expected"),
    [({"avx2": True}, "float32"), ({"avx512_bf16": True}, "bfloat16"), ({"amx_bf16": True}, "bfloat16")],
)
def test_auto_precision_is_bfloat16_only_with_hardware_support(monkeypatch, features, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: features)
    assert resolve_precision("auto", "cpu") == expected
    assert resolve_precision("auto", "mps") == "float32"


def test_a_requested_precision_is_used():
    assert resolve_precision("bfloat16", "cpu") == "bfloat16"
    assert resolve_precision("float32", "cpu") == "float32"


def test_autocast_changes_products_and_only_in_bfloat16():
    one = torch.ones(1, 1)
    with autocast("cpu", "bfloat16"):
        assert (one @ one).dtype == torch.bfloat16
    with autocast("cpu", "float32"):
        assert (one @ one).dtype == torch.float32


def test_threads_are_set_and_bounded(threads):
    assert use_threads(1) == 1
    assert torch.get_num_threads() == 1
    assert use_threads(None) == available_cores()
    with pytest.raises(SettingsError, match="threads: 0"):
        use_threads(0)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({"cpu.max": "max 100000"}, None),
        ({"cpu.max": "150000 100000"}, 2),
        ({"cpu.max": "20000 100000"}, 1),
        ({"cpu/cpu.cfs_quota_us": "400000", "cpu/cpu.cfs_period_us": "100000"}, 4),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
    ],
)
def test_a_container_s_processor_quota_is_read(tmp_path: Path, files, expected):
    write(tmp_path, files)
    assert device_module._cpu_quota(tmp_path) == expected


def test_cores_respect_affinity_and_quota(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(12)), raising=False)
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: 8)
    monkeypatch.setattr(device_module, "_CGROUP", tmp_path)
    assert available_cores() == 8
    write(tmp_path, {"cpu.max": "300000 100000"})
    assert available_cores() == 3


@pytest.mark.parametrize(
    ("limit", "used"),
    [("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")],
)
def test_a_container_s_memory_limit_is_respected(tmp_path: Path, limit, used):
    write(tmp_path, {limit: "1000000", used: "400000"})
    assert device_module._free_processor_memory_bytes(tmp_path) == 600_000


def test_without_a_container_limit_the_machine_s_memory_is_free(monkeypatch, tmp_path: Path):
    memory = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    write(tmp_path, {"memory.max": "max", "memory.current": "5"})
    assert device_module._free_processor_memory_bytes(tmp_path) == memory.available


def test_the_processor_has_a_name_and_free_memory():
    assert device_name("cpu")
    assert 0 < free_memory_bytes("cpu") <= psutil.virtual_memory().total


def write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content + "\n", encoding="ascii")


def multiplies_at(monkeypatch, flop_per_s):
    """Make every product take the time that follows from `flop_per_s(width, threads)`; return the widths tried."""
    widths = []

    def product_s(factor, product):
        widths.append(len(factor))
        return 2 * len(factor) ** 3 / flop_per_s(len(factor), torch.get_num_threads())

    monkeypatch.setattr(device_module, "_product_s", product_s)
    return widths


@pytest.mark.parametrize(("speed", "widest"), [(1e8, 128), (1e10, 256), (1e11, 512), (1e15, 4096)])
def test_the_peak_is_measured_with_matrices_that_take_long_enough(monkeypatch, threads, speed, widest):
    torch.set_num_threads(1)
    widths = multiplies_at(monkeypatch, lambda *_: speed)
    assert measure_peak_flop_per_s("cpu", "float32") == pytest.approx(speed)
    assert max(widths) == widest


def test_an_interrupted_product_does_not_count_as_long_enough(monkeypatch, threads):
    torch.set_num_threads(1)
    held_up = iter([1.0, 1.0])
    widths = []

    def product_s(factor, product):
        widths.append(len(factor))
        return 2 * len(factor) ** 3 / 1e11 + next(held_up, 0)

    monkeypatch.setattr(device_module, "_product_s", product_s)
    assert measure_peak_flop_per_s("cpu", "float32") == pytest.approx(1e11)
    assert max(widths) == 512


def test_the_peak_is_the_fastest_of_several_products(monkeypatch, threads):
    torch.set_num_threads(1)
    speeds = iter(4 * [1e9] + [2e9, 5e9, 3e9] + 100 * [1e9])
    multiplies_at(monkeypatch, lambda *_: next(speeds))
    assert measure_peak_flop_per_s("cpu", "float32") == 5e9


def test_on_a_busy_machine_the_peak_is_that_of_one_thread(monkeypatch, threads):
    torch.set_num_threads(2)
    multiplies_at(monkeypatch, lambda width, threads: 9e10 if threads == 1 else 2 * width**3 / 0.024)
    assert measure_peak_flop_per_s("cpu", "float32") == pytest.approx(9e10)
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_measuring_the_peak_draws_no_random_number(precision):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    assert measure_peak_flop_per_s("cpu", precision) > 0
    assert torch.equal(torch.get_rng_state(), before)
