"""What the machine of a measurement is: printed above the table and written into the JSON."""

from dataclasses import dataclass

import psutil

from playground.device import available_cores, device_name, resolve_precision


@dataclass(frozen=True)
class Machine:
    """The processor that the rows are measured on."""

    device_name: str
    cores: int
    """Number of cores that this process may use."""
    memory_bytes: int
    bfloat16: bool
    """Whether the processor computes in bfloat16 in hardware."""


def machine() -> Machine:
    """This machine."""
    return Machine(
        device_name=device_name("cpu"),
        cores=available_cores(),
        memory_bytes=psutil.virtual_memory().total,
        bfloat16=resolve_precision("auto", "cpu") == "bfloat16",
    )
