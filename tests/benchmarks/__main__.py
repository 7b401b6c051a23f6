"""`python -m tests.benchmarks`: ours beside the book's code and transformers, as one table and as JSON.

Both sides of a pair run in turns, each time in a process of its own; medians over the rounds are shown.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from playground.device import Machine, machine
from tests.benchmarks.rows import ROWS, Row

WAITING = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
"""What our package sets as it is imported, here as well: a peer's users do not have it."""
Key = tuple[str, str, str]
Results = dict[Key, list[dict[str, float]]]


def main() -> None:
    arguments = _arguments()
    rows = [
        row
        for row in ROWS
        if all(word in f"{row.title} {row.task} {row.size} {row.ours} {row.peer}" for word in arguments.only)
    ]
    if not machine("cpu").bfloat16 and not arguments.all:  # in software a step takes minutes
        rows = [row for row in rows if not row.needs_bfloat16]
    results = measure_all(rows, arguments.rounds, {"seconds": arguments.seconds, "threads": arguments.threads})
    here = machine("cpu")
    Console(width=120).print(table(rows, results, here, arguments.rounds, arguments.threads))
    if arguments.json:
        report = {"machine": {**vars(here), "torch": str(torch.__version__)}, "rounds": arguments.rounds}
        report["rows"] = [{**vars(row), **_summary(row, results)} for row in rows]
        arguments.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def measure_all(rows: list[Row], rounds: int, how: dict[str, Any]) -> Results:
    """Every measurement once a round, so that a slow minute of the machine hits all sides alike."""
    keys = dict.fromkeys((row.task, side, row.size) for row in rows for side in (row.ours, row.peer) if side)
    results: Results = {key: [] for key in keys}
    todo = [key for _ in range(rounds) for key in keys]
    for key in track(todo, description="Measuring", console=Console(stderr=True), transient=True):
        results[key].append(measure(*key, how))
    return results


def measure(task: str, side: str, size: str, how: dict[str, Any]) -> dict[str, float]:
    """One measurement in a new process, in which threads wait as they do for the side's users."""
    spec = json.dumps({"task": task, "side": side, "size": size, **how})
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.measure", spec]
    environment = {name: value for name, value in os.environ.items() if side.startswith("ours") or name not in WAITING}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{task} of {side} at {size} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def table(rows: list[Row], results: Results, here: Machine, rounds: int, threads: int | None) -> Table:
    bfloat16 = "with" if here.bfloat16 else "without"
    cores = f"{threads or here.cores} of {here.cores} cores"
    caption = (
        f"{here.device_name}, {cores}, {bfloat16} bfloat16 in hardware, {here.memory_bytes / 1e9:.0f} GB, "
        f"PyTorch {torch.__version__}; medians of {rounds}. "
        "*: depends on bfloat16 in hardware, and is left out without it. "
        "~: its 90 steps extrapolated from the time of one."
    )
    shown = Table(caption=caption, caption_justify="left")
    for name in ("", "ours", "", "peer", "", "ratio", "aim"):
        shown.add_column(name, justify="right" if name in ("ours", "ratio") else "left")
    for row in rows:
        found = _summary(row, results)
        star = " *" if row.needs_bfloat16 else ""
        peer = "" if found["peer_median"] is None else _number(found["peer_median"], row.unit)
        about = "~" if found["extrapolated"] else ""
        ratio = "" if found["ratio"] is None else f"{found['ratio']:.2f}"
        shown.add_row(
            row.title + star,
            _number(found["ours_median"], row.unit),
            row.ours,
            about + peer,
            row.peer or "",
            ratio,
            row.target,
        )
    return shown


def _summary(row: Row, results: Results) -> dict[str, Any]:
    ours = results[row.task, row.ours, row.size]
    peers = results[row.task, row.peer, row.size] if row.peer else []
    ours_median = statistics.median(result[row.number] for result in ours)
    peer_median = statistics.median(result[row.number] for result in peers) if peers else None
    return {
        "ours_median": ours_median,
        "peer_median": peer_median,
        "ratio": ours_median / peer_median if peer_median else None,
        "extrapolated": any("extrapolated" in result for result in peers),
        "ours_all": ours,
        "peer_all": peers,
    }


def _number(value: float, unit: str) -> str:
    if unit == "GB":
        return f"{value / 1e9:.2f} GB"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="measurements of every side (default 3)")
    parser.add_argument("--seconds", type=float, default=10, help="shortest time of one measurement (default 10)")
    parser.add_argument("--threads", type=int, help="processor threads of both sides (default: one for every core)")
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="rows that have all of these words")
    parser.add_argument("--all", action="store_true", help="also what needs bfloat16 where the machine lacks it")
    parser.add_argument("--json", type=Path, help="write all figures to this file, too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
