"""The command that makes the recorded run, for maintainers of the package: `python -m playground record`."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from playground.cli.shared import say


def add_commands(app: typer.Typer) -> None:
    """Add this command to the command line; `--help` does not list it."""
    app.command(hidden=True)(record)


def record(
    file: Annotated[Path | None, typer.Argument(help="The file to write; by default the one in the package.")] = None,
    preset: Annotated[str, typer.Option(help="Size and settings.")] = "mini",
) -> None:
    """Train the run that comes with the package on the story, and pack it.

    One thread, float32 and the CPU give the same weights each time on the same kind of processor.
    """
    from playground.cli.progress import show_progress
    from playground.model.presets import find_preset
    from playground.sampling.generate import write_sample
    from playground.text.samples import load_sample
    from playground.training.jobs.session import run_training
    from playground.training.runs.recorded import NAME, RECORDING, write_recording
    from playground.training.runs.store import RunStore

    chosen = find_preset(preset)
    settings = chosen.train.replace(device="cpu", precision="float32", threads=1, snapshot_freq=0, keep_checkpoints=1)
    with tempfile.TemporaryDirectory() as folder:
        run = RunStore(folder).create(
            NAME, load_sample("story"), chosen.model, chosen.data, settings, preset=preset, text_name="story"
        )
        show_progress(NAME, run_training(run, sample=write_sample))
        path = write_recording(run, chosen.train, file or RECORDING)
    say(f"The recorded run is in {path} ({path.stat().st_size / 1e6:.1f} MB).")
