"""The recorded run: small, complete, brought in once, and an ordinary run from then on."""

import hashlib
import socket
import zipfile
from pathlib import Path
from unittest.mock import patch

import pytest
import torch
from safetensors.torch import load

from playground.errors import RunError
from playground.model.presets import find_preset
from playground.sampling.generate import write_sample
from playground.text.samples import load_sample
from playground.training.jobs.session import NEW_OPTIMIZER, run_training
from playground.training.loop.events import Sampled, Started
from playground.training.runs.archive import export_run, import_run
from playground.training.runs.fork import fork
from playground.training.runs.history import read_history
from playground.training.runs.recorded import (
    MAX_RECORDING_BYTES,
    NAME,
    RECORDING,
    bring_in_recorded,
    recorded_run,
    write_recording,
)
from playground.training.runs.store import RunStore
from tests.training.conftest import create_run


@pytest.fixture(scope="module")
def brought_in(tmp_path_factory):
    """The recorded run in a new folder, which no test changes."""
    return bring_in_recorded(RunStore(tmp_path_factory.mktemp("recorded") / "checkpoints"))


def test_the_recording_is_small_and_belongs_to_the_package():
    assert RECORDING.stat().st_size <= MAX_RECORDING_BYTES == 3_000_000
    root = Path(__file__).parents[3]
    assert "training/runs/*.zip" in (root / "pyproject.toml").read_text()


def test_it_is_the_preset_mini_trained_on_the_story_to_its_end(brought_in):
    spec, mini = brought_in.spec, find_preset("mini")
    assert (spec.name, spec.preset, spec.text_name) == (NAME, "mini", "story")
    in_numbers = mini.train.replace(min_lr=mini.train.lr / 10)  # the preset leaves the floor to the schedule: a tenth
    assert (spec.train, spec.data) == (in_numbers, mini.data)
    assert spec.model == mini.model.replace(vocab_size=brought_in.vocabulary.size)
    assert brought_in.text() == load_sample("story")
    assert spec.text_sha256 == hashlib.sha256(brought_in.text().encode()).hexdigest()
    status = brought_in.status()
    assert (status.state, status.live, status.step, status.total_steps) == ("completed", False, 180, 180)


def test_its_log_has_probes_and_samples_of_every_epoch(brought_in):
    history = read_history(brought_in).own
    assert len(history.steps) == 180
    assert [sample.epoch for sample in history.samples] == list(range(1, 21))
    assert all(sample.text.startswith("Every effort moves you") for sample in history.samples)
    assert all(evaluation.probe for evaluation in history.evaluations)


def test_its_weights_are_those_of_the_recording_in_float32(brought_in):
    with zipfile.ZipFile(RECORDING) as archive:
        recorded = load(archive.read("weights.safetensors"))
    weights = brought_in.load_model().state_dict()
    assert weights.keys() == recorded.keys()
    for name, weight in weights.items():
        assert weight.dtype == torch.float32
        assert torch.equal(weight, recorded[name].float())


def test_its_weights_write_what_the_training_wrote_at_its_end(brought_in):
    """The samples come from weights in float32, so this fails if 16 bits were too few."""
    last = [event for event in brought_in.events()[0] if isinstance(event, Sampled)][-1]
    prompt, n_tokens = brought_in.spec.train.start_context, brought_in.spec.train.sample_tokens
    assert write_sample(brought_in.load_model(), brought_in.tokenizer, prompt, n_tokens) == last.text


def test_last_and_best_name_the_only_checkpoint(brought_in):
    assert brought_in.steps() == brought_in.model_steps() == [180]
    assert brought_in.find_step("last") == brought_in.find_step("best") == brought_in.find_model("best") == 180


def test_it_is_brought_in_once_and_stays_deleted(store):
    assert bring_in_recorded(store).name == NAME
    assert bring_in_recorded(store) is None
    token = store.delete(NAME)
    assert bring_in_recorded(store) is None
    assert (store.names(), recorded_run(store)) == ([], None)
    store.undo(token)
    assert recorded_run(store) == NAME


def test_a_folder_that_has_or_had_runs_is_left_alone(store, new_run):
    new_run("mine")
    before = sorted(store.root.iterdir())
    assert bring_in_recorded(store) is None
    assert sorted(store.root.iterdir()) == before
    store.delete("mine")
    assert bring_in_recorded(store) is None
    assert store.names() == []


def test_another_run_of_the_same_name_is_not_the_recorded_one(store, new_run):
    bring_in_recorded(store)
    store.delete(NAME)
    new_run(NAME)
    assert recorded_run(store) is None


@pytest.mark.parametrize("content", [None, b"no zip file"])
def test_a_recording_that_cannot_be_read_leaves_the_folder_empty(store, tmp_path, caplog, content):
    recording = tmp_path / "recording.zip"
    if content:
        recording.write_bytes(content)
    assert bring_in_recorded(store, recording) is None
    assert store.names() == []
    assert "not brought in" in caplog.text


def test_no_network_and_no_random_number_is_needed(store):
    state = torch.random.get_rng_state()
    with patch.object(socket.socket, "connect", side_effect=AssertionError("connected")):
        bring_in_recorded(store)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_fork_trains_on_from_it_with_a_new_optimizer(store):
    recorded = bring_in_recorded(store)
    settings = recorded.spec.train.replace(epochs=21, max_steps=181, threads=1, sample_tokens=0, eval_freq=1000)
    made = fork(store, NAME, train=settings)
    events = list(run_training(made))
    started = next(event for event in events if isinstance(event, Started))
    assert (started.step, started.exact) == (180, False)
    assert NEW_OPTIMIZER in started.why_not_exact
    assert made.status().state == "completed", made.status().message
    assert made.load_checkpoint().has_optimizer


def test_it_moves_to_another_folder_as_an_archive(brought_in, store, tmp_path):
    moved = import_run(store, export_run(brought_in, tmp_path / "moved.zip"))
    assert moved.events() == brought_in.events()
    assert recorded_run(store) is None  # else an archive could call itself the recorded run


def test_a_recording_is_written_and_brought_in_again(store, tmp_path):
    run = create_run(RunStore(tmp_path / "trained"))
    with pytest.raises(RunError, match="not complete"):
        write_recording(run, run.spec.train, tmp_path / "tiny.zip")
    list(run_training(run))
    settings = run.spec.train.replace(threads=2)
    made = bring_in_recorded(store, write_recording(run, settings, tmp_path / "tiny.zip"))
    assert (made.spec.train, made.text(), made.events()) == (settings, run.text(), run.events())
    trained = run.load_model().state_dict()
    for name, weight in made.load_model().state_dict().items():
        torch.testing.assert_close(weight, trained[name], rtol=2**-11, atol=2**-24)  # rounded to the nearest float16
