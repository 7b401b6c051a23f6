"""`python -m tests.benchmarks`: ours beside the book's code and transformers, as one table and as JSON.

Each side of a pair is a process of its own. Within a round both take turns of some seconds: ours, peer, ours, peer …
The ratio is the median over all pairs of neighbouring turns; its quartiles show how far it can be trusted.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.benchmarks.machine import Machine, machine
from tests.benchmarks.measure import IN_SLICES
from tests.benchmarks.ratio import Ratio
from tests.benchmarks.rows import ROWS, Row

WAITING = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
"""Environment variables that our package sets when it is imported, here too: a peer's users do not have them."""
Pair = tuple[str, str, str, str | None]
"""Task, size, our side, peer."""
Turn = list[dict[str, float]]
"""What each side of a pair measured, one after the other."""


def main() -> None:
    arguments = _arguments()
    rows = [
        row
        for row in ROWS
        if all(word in f"{row.title} {row.task} {row.size} {row.ours} {row.peer}" for word in arguments.only)
    ]
    if not machine().bfloat16 and not arguments.all:  # in software a step takes minutes
        rows = [row for row in rows if not row.needs_bfloat16]
    pairs = list(dict.fromkeys(_pair(row) for row in rows))
    turns: dict[Pair, list[Turn]] = {pair: [] for pair in pairs}
    todo = [pair for _ in range(arguments.rounds) for pair in pairs]
    for pair in track(todo, description="Measuring", console=Console(stderr=True), transient=True):
        turns[pair] += measure_round(pair, arguments.seconds, arguments.slice, arguments.threads)
    summaries = [_summary(row, turns[_pair(row)]) for row in rows]
    here = machine()
    Console(width=120).print(table(rows, summaries, here, arguments.threads))
    if arguments.json:
        report = {"machine": {**vars(here), "torch": str(torch.__version__)}, "rounds": arguments.rounds}
        report["rows"] = [{**vars(row), **summary} for row, summary in zip(rows, summaries, strict=True)]
        arguments.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def measure_round(pair: Pair, seconds: float, slice_s: float, threads: int | None) -> list[Turn]:
    """One round of a pair: both sides in turns until each has worked for `seconds` on average."""
    task, size, *sides = pair
    in_slices = task in IN_SLICES
    how = {"seconds": slice_s if in_slices else seconds, "threads": threads}
    with ExitStack() as stack:
        running = [stack.enter_context(SideProcess(task, side, size, how)) for side in sides if side]
        for side in running:
            side.wait_until_ready()
        turns, began = [], time.perf_counter()
        while not turns or (in_slices and time.perf_counter() - began < seconds * len(running)):
            turns.append([side.measure() for side in running])
    return turns


class SideProcess:
    """One side in a process of its own, in which threads wait as they do for the side's users."""

    def __init__(self, task: str, side: str, size: str, how: dict[str, Any]) -> None:
        self.title = f"{task} of {side} at {size}"
        spec = json.dumps({"task": task, "side": side, "size": size, **how})
        command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.measure", spec]
        ours = side.startswith("ours")
        environment = {name: value for name, value in os.environ.items() if ours or name not in WAITING}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __enter__(self) -> "SideProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def wait_until_ready(self) -> None:
        """Wait until it has made its model and worked once."""
        self._read()

    def measure(self) -> dict[str, float]:
        """Let it measure once, while all other sides wait."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self._read())

    def _read(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.title} failed; its error is above.")
        return line


def table(rows: list[Row], summaries: list[dict[str, Any]], here: Machine, threads: int | None) -> Table:
    bfloat16 = "with" if here.bfloat16 else "without"
    cores = f"{threads or here.cores} of {here.cores} cores"
    caption = (
        f"{here.device_name}, {cores}, {bfloat16} bfloat16 in hardware, {here.memory_bytes / 1e9:.0f} GB, "
        f"PyTorch {torch.__version__}; medians, the ratio with its quartiles. "
        "*: depends on bfloat16 in hardware, and is left out without it. "
        "~: its 90 steps extrapolated from the time of one."
    )
    shown = Table(caption=caption, caption_justify="left")
    for name in ("", "ours", "", "peer", "", "ratio", "turns", "aim"):
        shown.add_column(name, justify="right" if name in ("ours", "ratio", "turns") else "left")
    for row, found in zip(rows, summaries, strict=True):
        star = " *" if row.needs_bfloat16 else ""
        peer = "" if found["peer_median"] is None else _number(found["peer_median"], row.unit)
        about = "~" if found["extrapolated"] else ""
        shown.add_row(
            row.title + star,
            _number(found["ours_median"], row.unit),
            row.ours,
            about + peer,
            row.peer or "",
            str(Ratio(**found["ratio"])) if found["ratio"] else "",
            str(len(found["ours_all"])),
            row.target,
        )
    return shown


def _pair(row: Row) -> Pair:
    return row.task, row.size, row.ours, row.peer


def _summary(row: Row, turns: list[Turn]) -> dict[str, Any]:
    ours, *peers = zip(*turns, strict=True)
    ours_values = [result[row.number] for result in ours]
    peer_values = [result[row.number] for result in peers[0]] if peers else []
    return {
        "ours_median": statistics.median(ours_values),
        "peer_median": statistics.median(peer_values) if peers else None,
        "ratio": vars(Ratio.of(ours_values, peer_values)) if peers else None,
        "extrapolated": bool(peers) and "extrapolated" in peers[0][0],
        "ours_all": ours,
        "peer_all": peers[0] if peers else [],
    }


def _number(value: float, unit: str) -> str:
    if unit == "GB":
        return f"{value / 1e9:.2f} GB"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds, each with new processes (default 3)")
    parser.add_argument("--seconds", type=float, default=12, help="time of one side in a round (default 12)")
    parser.add_argument("--slice", type=float, default=3, help="seconds of one turn (default 3)")
    parser.add_argument("--threads", type=int, help="processor threads of both sides (default: one for every core)")
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="rows that have all of these words")
    parser.add_argument("--all", action="store_true", help="also what needs bfloat16 where the machine lacks it")
    parser.add_argument("--json", type=Path, help="write all figures to this file, too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
