"""The command that makes the recorded run."""

import zipfile
from dataclasses import replace

from typer.testing import CliRunner

from playground.cli.main import app
from playground.model import presets
from playground.training.runs.recorded import bring_in_recorded
from playground.training.runs.store import RunStore


def test_a_recording_is_made_and_is_the_same_each_time(tmp_path, monkeypatch):
    nano = presets.PRESETS["nano"]
    tiny = replace(nano, train=nano.train.replace(max_steps=3, sample_tokens=2))
    monkeypatch.setitem(presets.PRESETS, "nano", tiny)
    files = [tmp_path / name for name in ("first.zip", "second.zip")]
    for file in files:
        result = CliRunner().invoke(app, ["record", str(file), "--preset", "nano"])
        assert result.exit_code == 0, result.output
        assert str(file) in result.output.replace("\n", "")
    weights = [zipfile.ZipFile(file).read("weights.safetensors") for file in files]
    assert weights[0] == weights[1]
    run = bring_in_recorded(RunStore(tmp_path / "checkpoints"), files[0])
    assert (run.spec.preset, run.steps(), run.spec.train) == ("nano", [3], tiny.train)


def test_the_help_does_not_list_it():
    assert "record" not in CliRunner().invoke(app, ["--help"]).output
