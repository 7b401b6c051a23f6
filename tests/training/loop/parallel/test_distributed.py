"""Two processes, started by torchrun and connected by gloo, train as one process does, with and without sharding, and
each of the three resumes from the checkpoints of the others."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import torch

from playground.errors import SettingsError
from playground.model.presets import find_preset
from playground.training.jobs.session import run_training
from playground.training.loop.batches import make_batches
from playground.training.loop.events import Evaluated, Started, Stepped
from playground.training.loop.parallel.distributed import broadcast_training
from playground.training.loop.parallel.ranks import Ranks
from playground.training.loop.trainer import Training
from playground.training.runs.checkpoints.checkpoint import read_position
from playground.training.runs.store import RunStore

ROOT = Path(__file__).parents[4]
TEXT = "".join(f"On day {day} the {who} went away. " for day in range(20) for who in ("cat", "dog", "fox"))
MODEL = {"context_length": 16, "emb_dim": 16, "n_heads": 2, "n_layers": 2, "drop_rate": 0.0}
DATA = {"vocabulary": "bytes", "batch_size": 6}
TRAIN = {
    "max_steps": 10, "lr": 0.003, "grad_clip": 1.0, "accumulation_steps": 2, "eval_freq": 3, "save_freq": 1,
    "keep_checkpoints": 100, "sample_tokens": 0, "device": "cpu", "precision": "float32", "threads": 1,
}  # fmt: skip
SESSIONS = """
import sys
from pathlib import Path
from playground.training.loop.control import Control
from playground.training.loop.parallel.distributed import run_together
from playground.training.loop.events import event_to_json
from playground.training.runs.store import RunStore
from playground.training.jobs.session import run_training

wanted = iter([Control(), Control("pause"), Control("pause"), Control("step"), Control(lr=0.001), Control("stop")])

def weigh(model, *_):
    return f"{sum(weight.double().abs().sum().item() for weight in model.parameters()):.4f}"

def command():
    resumed, new, shared = (RunStore(Path(folder)).open("run") for folder in sys.argv[1:])
    for events in (
        run_training(resumed, control=lambda: next(wanted)),
        run_training(new, sharded=True, sample=weigh),
        run_training(shared, sharded=True),
    ):
        for event in events:
            print(event_to_json(event), flush=True)

run_together(command)
"""


TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def torchrun(*arguments: str) -> list[dict]:
    """The events that the two processes print."""
    found = subprocess.run([*TORCHRUN, *arguments], env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr
    return [json.loads(line) for line in found.stdout.splitlines()]


def options(**settings: object) -> list[str]:
    return [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]


def new_run(root: Path, **settings: object):
    preset = find_preset("nano")
    return RunStore(root).create(
        "run",
        TEXT,
        model=preset.model.replace(**MODEL),
        data=preset.data.replace(**DATA),
        train=preset.train.replace(**TRAIN | settings),
        preset="nano",
        text_name="days",
    )


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def without_later(folder: Path, target: Path, step: int) -> Path:
    """A copy of a run store without the checkpoints after `step`."""
    shutil.copytree(folder, target)
    for checkpoint in (target / "run").glob("step_*"):
        if int(checkpoint.name.removeprefix("step_")) > step:
            shutil.rmtree(checkpoint)
    return target


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A run store and the events of one process."""
    root = tmp_path_factory.mktemp("alone")
    return root, list(run_training(new_run(root)))


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A run store and the events that `torchrun -m playground train` printed."""
    root = tmp_path_factory.mktemp("two")
    (root / "text.txt").write_text(TEXT)
    more = options(preset="nano", name="run", checkpoints=root, **MODEL, **DATA, **TRAIN)
    return root, torchrun("-m", "playground", "train", str(root / "text.txt"), "--json", *more)


@pytest.mark.process
def test_two_processes_give_the_losses_of_one(alone, two):
    expected, found = of(Stepped, alone[1]), [event for event in two[1] if event["type"] == "stepped"]
    assert len(expected) == len(found) == 10
    assert two[1][0]["processes"] == 2
    for name in ("loss", "lr", "grad_norm", "tokens_seen", "epoch"):
        assert [event[name] for event in found] == pytest.approx([getattr(e, name) for e in expected], abs=1e-5), name


@pytest.mark.process
def test_two_processes_evaluate_as_one(alone, two):
    expected, found = of(Evaluated, alone[1]), [event for event in two[1] if event["type"] == "evaluated"]
    assert [event["val_loss"] for event in found] == pytest.approx([e.val_loss for e in expected], abs=1e-5)
    assert [event["train_loss"] for event in found] == pytest.approx([e.train_loss for e in expected], abs=1e-5)


@pytest.mark.process
def test_two_processes_keep_the_same_snapshots_as_one(alone, two):
    mine, theirs = (RunStore(root).open("run") for root in (two[0], alone[0]))
    assert mine.snapshots() == theirs.snapshots() == list(range(11))
    assert torch.equal(mine.load_model(0).tok_emb.weight, theirs.load_model(0).tok_emb.weight)


@pytest.mark.process
def test_one_process_resumes_from_the_checkpoint_of_two(alone, two, tmp_path):
    root = without_later(two[0], tmp_path / "copy", 4)
    events = list(run_training(RunStore(root).open("run")))
    (started,) = of(Started, events)
    assert started.step == 4
    assert "processes (2, now 1)" in started.why_not_exact
    expected = [event.loss for event in of(Stepped, alone[1])][4:]
    assert [event.loss for event in of(Stepped, events)] == pytest.approx(expected, abs=1e-5)


@pytest.fixture(scope="module")
def sessions(alone, two, tmp_path_factory):
    """Three sessions of two processes: name → run store and events."""
    root = tmp_path_factory.mktemp("sessions")
    (root / "sessions.py").write_text(SESSIONS)
    folders = {
        "resumed": without_later(alone[0], root / "resumed", 4),
        "new, sharded": root / "new",
        "resumed, sharded": without_later(two[0], root / "shared", 4),
    }
    new_run(folders["new, sharded"], sample_tokens=1)
    events = torchrun(str(root / "sessions.py"), *map(str, folders.values()))
    begin = [place for place, event in enumerate(events) if event["type"] == "started"]
    parts = [events[start:end] for start, end in zip(begin, [*begin[1:], None], strict=True)]
    return {name: (folder, part) for (name, folder), part in zip(folders.items(), parts, strict=True)}


@pytest.mark.process
def test_two_processes_resume_from_the_checkpoint_of_one_and_are_controlled_together(alone, sessions):
    root, events = sessions["resumed"]
    assert events[0]["step"] == 4
    expected = [event.loss for event in of(Stepped, alone[1])][4:7]
    assert [e["loss"] for e in events if e["type"] == "stepped"] == pytest.approx(expected, abs=1e-5)

    types = [event["type"] for event in events if event["type"] not in ("saved", "evaluated")]
    assert types == ["started", "stepped", "paused", "stepped", "changed", "resumed", "stepped", "finished"]
    assert events[-1]["reason"] == "stopped"
    assert read_position(root / "run" / "step_00000007").lr == 0.001


@pytest.mark.process
def test_two_processes_with_a_sharded_model_train_and_evaluate_as_one(alone, sessions):
    for kind, names in ((Stepped, ("loss", "grad_norm", "lr")), (Evaluated, ("train_loss", "val_loss"))):
        expected = of(kind, alone[1])
        found = [event for event in sessions["new, sharded"][1] if event["type"] == expected[0].type]
        for name in names:
            theirs = [getattr(event, name) for event in expected]
            assert [event[name] for event in found] == pytest.approx(theirs, abs=1e-5), name


@pytest.mark.process
def test_probe_and_samples_use_the_whole_of_a_sharded_model(alone, sessions):
    root, events = sessions["new, sharded"]
    (expected, found) = of(Evaluated, alone[1])[-1].probe, [e for e in events if e["type"] == "evaluated"][-1]["probe"]
    assert [share for _, share in found] == pytest.approx([share for _, share in expected], abs=1e-5)
    weights = RunStore(root).open("run").load_model("last").parameters()
    weight = sum(weight.double().abs().sum().item() for weight in weights)
    assert [event["text"] for event in events if event["type"] == "sampled"][-1] == f"{weight:.4f}"


@pytest.mark.process
def test_one_process_resumes_from_the_checkpoint_of_a_sharded_model(alone, sessions, tmp_path):
    root = without_later(sessions["new, sharded"][0], tmp_path / "copy", 4)
    events = list(run_training(RunStore(root).open("run")))
    expected = [event.loss for event in of(Stepped, alone[1])][4:]
    assert [event.loss for event in of(Stepped, events)] == pytest.approx(expected, abs=1e-5)
    assert "processes (2, now 1), sharded (True, now False)" in of(Started, events)[0].why_not_exact


@pytest.mark.process
def test_processes_with_a_sharded_model_resume_from_a_checkpoint_of_two_without(alone, sessions):
    events = sessions["resumed, sharded"][1]
    assert events[0]["step"] == 4
    expected = [event.loss for event in of(Stepped, alone[1])][4:]
    assert [e["loss"] for e in events if e["type"] == "stepped"] == pytest.approx(expected, abs=1e-5)
    assert events[-1]["reason"] == "completed"


@pytest.mark.process
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_torchrun_saves_and_stops_all_processes(tmp_path, number):
    """Ctrl-C, or the signal that a cluster sends before it ends a job."""
    (tmp_path / "text.txt").write_text(TEXT)
    settings = TRAIN | {"max_steps": 100_000, "epochs": 100_000, "save_freq": 1000, "eval_freq": 1000}
    more = options(preset="nano", name="run", checkpoints=tmp_path, **MODEL, **DATA, **settings)
    command = [*TORCHRUN, "-m", "playground", "train", str(tmp_path / "text.txt"), "--json", *more]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for line in process.stdout:
            if json.loads(line)["step"] == 3:
                break
        processes = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        out, _ = process.communicate(timeout=120)
    assert len(processes) >= 2
    assert not any(each.is_running() for each in processes)

    saved, finished = (json.loads(line) for line in out.splitlines()[-2:])
    assert (saved["type"], saved["reason"], finished["reason"]) == ("saved", "stop", "stopped")
    run = RunStore(tmp_path).open("run")
    assert run.status().state == "stopped"
    assert run.load_checkpoint("last").position.step == finished["step"] == run.status().step
    started = next(run_training(run))  # in one process
    assert started.step == finished["step"]


def test_a_sharded_model_in_one_process_is_refused():
    with pytest.raises(SettingsError, match="start several with torchrun"):
        Ranks.here(sharded=True)


# --- ranks, without other processes --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("windows", [1, 3, 4, 8])
def test_the_local_parts_of_a_batch_make_up_the_batch(size, windows):
    batch = torch.arange(windows * 4).view(windows, 4), torch.arange(windows * 4).view(windows, 4) + 1
    shares = [Ranks(rank, size).local_part(batch) for rank in range(size)]
    assert all(len(inputs) for inputs, _, _ in shares), "every rank computes something"
    assert sum(counted for *_, counted in shares) == windows * 4
    counted = torch.cat([inputs for inputs, _, counted in shares if counted])
    assert sorted(counted[:, 0].tolist()) == batch[0][:, 0].tolist()
    assert all(torch.equal(targets, inputs + 1) for inputs, targets, _ in shares)


def test_rank_0_has_the_seeds_of_a_process_alone_and_other_ranks_have_others():
    assert Ranks(0, 2).seed_parts == Ranks().seed_parts
    assert len({Ranks(rank, 4).seed_parts for rank in range(4)}) == 4


def test_a_batch_with_fewer_windows_than_processes_is_refused(tiny_training):
    run = tiny_training(batch_size=2)
    batches = make_batches(run.corpus, run.data, run.model.config.context_length)
    training = Training(run.model, run.optimizer, *batches, run.config, ranks=Ranks(0, 3))
    with pytest.raises(SettingsError, match="batch_size"):
        broadcast_training(training, run.corpus, run.data, writes_samples=False)
