"""The server's side of the card of weights: one import at a time, which any page can follow, stop and end."""

import threading
from pathlib import Path

import pytest
import torch

from playground.errors import BusyError, CheckpointError, RunError, SettingsError
from playground.model import pretrained
from playground.training.runs.archive import export_run
from playground.ui.context import Context, Limits
from playground.ui.tabs.runs import weights as weights_module
from playground.ui.tabs.runs.actions import Action, RunActions, TuneSettings
from playground.ui.tabs.runs.archives import holds_weights, make_archive, take_archive
from playground.ui.tabs.runs.weights import FetchQuery, NoQuery, TakeQuery, WeightsServer
from playground.ui.visitors import Visitor
from tests.model.hub_files import published_tensors, tied_model, write_published

TEXT = "The river does not care who crosses it. " * 60
NOBODY = Visitor("", "")


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context.open(tmp_path / "runs")


@pytest.fixture
def server(context: Context) -> WeightsServer:
    return WeightsServer(context)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_published(tmp_path / "mine.safetensors", published_tensors(tied_model()))


def ended(server: WeightsServer) -> dict:
    server.job.wait()
    return server.progress(NoQuery())


def test_a_file_of_this_machine_becomes_a_run_once_its_heads_are_known(server, context, file):
    number = server.take(TakeQuery(path=f" {file} "))["number"]
    state = ended(server)
    assert (state["number"], state["active"], state["asks_heads"]) == (number, False, True)
    assert "n_heads" in state["failure"]
    server.take(TakeQuery(path=str(file), heads=3))
    state = ended(server)
    assert (state["run"], state["message"]) == ("mine", "mine is here: write with it, or train it on a text.")
    assert context.store.open("mine").load_model().config.n_heads == 3
    with pytest.raises(RunError, match="There is no file or folder"):
        server.take(TakeQuery(path="/nowhere/else"))


def test_an_upload_waits_for_its_heads_and_is_removed_once_it_is_a_run(server, context, file):
    number = server.take_upload(file)
    assert (server.take_followed(), server.take_followed()) == (number, None)
    assert ended(server)["asks_heads"]
    assert not file.exists()
    server.take(TakeQuery(path="", heads=3))
    assert ended(server)["run"] == "mine"
    assert [path.name for path in context.store.root.iterdir() if path.is_dir()] == ["mine"]
    with pytest.raises(RunError, match="Name a file or folder on this machine"):
        server.take(TakeQuery(path=""))


def test_a_published_size_is_fetched_followed_stopped_and_another_one_waits(server, context, file, monkeypatch):
    reached, may_go_on = threading.Event(), threading.Event()

    def fetch(size: pretrained.Published, progress: pretrained.Progress) -> Path:
        progress(100, 500)
        reached.set()
        assert may_go_on.wait(20)
        progress(200, 500)
        return file

    monkeypatch.setattr(weights_module, "fetch", fetch)
    server.fetch(FetchQuery(name="gpt2-355M"))
    assert reached.wait(20)
    state = server.progress(NoQuery())
    assert (state["title"], state["doing"], state["done"], state["total"]) == ("GPT-2 355M", "Fetching", 100, 500)
    with pytest.raises(BusyError, match="GPT-2 355M is being imported"):
        server.fetch(FetchQuery(name="gpt2-124M"))
    server.stop(NoQuery())
    may_go_on.set()
    assert "goes on from there" in ended(server)["message"]
    assert context.store.names() == []
    with pytest.raises(SettingsError, match="no published weights named"):
        server.fetch(FetchQuery(name="gpt9"))


def test_the_sizes_say_what_they_need_and_whether_they_are_here(server, context, file, monkeypatch):
    monkeypatch.setattr(weights_module, "cached", lambda size: size.name == "gpt2-774M")
    monkeypatch.setattr(weights_module, "bytes_per_s", lambda: 10e9)
    monkeypatch.setattr(weights_module, "fetch", lambda size, progress: file)
    found = server.sizes(NoQuery())
    assert [row["title"] for row in found["sizes"]] == ["GPT-2 124M", "GPT-2 355M", "GPT-2 774M", "GPT-2 1558M"]
    assert [row["download_bytes"] > 0 for row in found["sizes"]] == [True, True, False, True]
    first = found["sizes"][0]
    assert first["parameters"] == 124_439_808
    assert first["disk_bytes"] == 4 * 124_439_808
    assert first["tokens_per_s"] == pytest.approx(20.2, abs=0.1)
    assert first["run"] == ""
    server.fetch(FetchQuery(name="gpt2-124M"))
    assert ended(server)["asks_heads"], "what stands in for the file is of another width"


def test_what_is_exported_is_imported_again(server, context, file, tmp_path):
    server.take(TakeQuery(path=str(file), heads=3))
    ended(server)
    for form in ("hf", "book"):
        packed = make_archive(context, "mine", tmp_path / "cache", form)
        assert packed.name == f"mine-{form}.zip"
        assert [path.name for path in packed.parent.iterdir()] == [packed.name]
        assert holds_weights(packed)
        server.take(TakeQuery(path=str(packed), heads=3))
        again = context.store.open(ended(server)["run"]).load_model()
        assert again.tok_emb.weight.equal(context.store.open("mine").load_model().tok_emb.weight)
    with pytest.raises(CheckpointError, match="no optimizer state"):
        make_archive(context, "mine", tmp_path / "cache", "book-optimizer")
    assert not holds_weights(export_run(context.store.open("mine"), tmp_path / "run.zip"))


def test_fault_19_a_public_server_takes_safetensors_of_its_size_but_no_pickle(tmp_path, file):
    public = Context.open(tmp_path / "public", limits=Limits.public())
    torch.save(published_tensors(tied_model()), tmp_path / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match=r"does not read files of torch\.save"):
        take_archive(public, tmp_path / "pytorch_model.bin")
    with pytest.raises(SettingsError, match="number of heads"):
        take_archive(public, file)
    assert not file.exists()
    assert public.store.names() == []


def test_a_text_is_trained_on_from_imported_weights_where_the_memory_will_do(server, context, file, monkeypatch):
    server.take(TakeQuery(path=str(file), heads=3))
    ended(server)
    started = []
    monkeypatch.setattr(context.jobs, "start", started.append)
    actions = RunActions(context)
    query = Action(action="tune", run="mine", text=TEXT, new_name="river", tuning=TuneSettings(epochs=2, lr=0.01))
    done = actions.do(query, NOBODY)
    spec = context.store.open("river").spec
    assert (done["run"], started, spec.train.epochs, spec.train.lr, spec.source) == (
        "river",
        ["river"],
        2,
        0.01,
        "mine, step 0",
    )
    monkeypatch.setattr("playground.ui.tabs.runs.actions.free_memory_bytes", lambda _: 1_000_000)
    with pytest.raises(SettingsError, match=r"needs about .* it would need .* with recompute, .* a batch size of 1"):
        actions.do(query, NOBODY)
