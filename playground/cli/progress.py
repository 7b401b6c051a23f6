"""A training in the terminal: a progress bar with losses, speed and time left, and the samples."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import exp

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from playground.training.loop.events import Evaluated, Event, Finished, Sampled, Started, Stepped, Warned


@contextmanager
def encoding_bar(shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr for encoding a text: yields a function of the bytes done and the bytes in total.

    The bar appears with the first call, so a small text, which is encoded without one, shows none.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as progress:
        tasks: list[TaskID] = []

        def show(done_bytes: int, total_bytes: int) -> None:
            if not tasks:
                tasks.append(progress.add_task("Text to tokens"))
            progress.update(tasks[0], completed=done_bytes, total=total_bytes)

        yield show


def show_progress(name: str, events: Iterable[Event], console: Console | None = None) -> Event | None:
    """Show the events as they come, and return the last one; None if there was none."""
    console = console or Console()
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]}  validation {task.fields[val_loss]}  {task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    event: Event | None = None
    started: Started | None = None
    last_step: Stepped | None = None
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None, loss="–", val_loss="–", speed="")
        for event in events:
            match event:
                case Started():
                    started = event
                    progress.update(task, total=event.total_steps, completed=event.step)
                    progress.print(
                        f"[bold]{escape(name)}[/] · {event.n_parameters:,} parameters · "
                        f"{event.steps_per_epoch} steps an epoch · {_machine(event)}",
                        highlight=False,
                    )
                    if event.why_not_exact:
                        progress.print(f"[yellow]{escape(event.why_not_exact)}[/]", highlight=False)
                case Stepped():
                    last_step = event
                    speed = _speed(event.tokens_per_s, started)
                    progress.update(task, completed=event.step, loss=f"{event.loss:.3f}", speed=speed)
                case Evaluated():
                    progress.update(task, val_loss=f"{event.val_loss:.3f}")
                case Sampled():
                    text = escape(" ".join(event.text.split()))
                    progress.print(f"[dim]epoch {event.epoch:.0f}[/]  {text}", highlight=False)
                case Warned():
                    progress.print(f"[yellow]{escape(event.message)}[/]", highlight=False)
                case Finished():
                    speed = "" if last_step is None else _speed(last_step.tokens_per_s, started)
                    progress.print(_summary(name, event, last_step, speed), highlight=False)
    return event


def _summary(name: str, event: Finished, last_step: Stepped | None, speed: str) -> str:
    """One line for the end of a training session; `last_step` is the last one of this session."""
    if event.reason in ("diverged", "failed"):
        return f"[bold red]{escape(event.message)}[/]"
    line = f"[bold]{escape(name)}[/] {event.reason} after {event.step} steps in {event.elapsed_s:.1f} s"
    if last_step is None:
        return line
    return f"{line} · training loss {last_step.loss:.3f}, perplexity {exp(last_step.loss):,.1f} · {speed}"


def _machine(event: Started) -> str:
    """Device, precision and threads of a training, and the measured peak of its hardware."""
    processes = "" if event.processes == 1 else f"{event.processes} processes with "
    threads = f"{event.threads} thread{'s' * (event.threads != 1)}"
    peak = "" if event.peak_flop_per_s is None else f", measured peak {event.peak_flop_per_s / 1e9:,.0f} GFLOP/s"
    return f"{event.device}, {event.precision}, {processes}{threads}{peak}"


def _speed(tokens_per_s: float, started: Started | None) -> str:
    """Tokens per second, and their share of the hardware's peak where it was measured."""
    share = started.share_of_peak(tokens_per_s) if started else None
    return f"{tokens_per_s:,.0f} tokens/s" + ("" if share is None else f", {share:.0%} of peak")
