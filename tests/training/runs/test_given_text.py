import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError
from playground.text import pieces, token_file, upload
from playground.training.jobs import session
from playground.training.jobs.session import run_training
from playground.training.loop.control import Control
from playground.training.loop.events import Finished, Started, Stepped
from playground.training.runs.archive import export_run
from playground.training.runs.given_text import UNREAD
from playground.training.runs.status import StatusFile
from playground.training.runs.store import RunStore

TEXT = "The river was in no hurry, said the ferryman; every effort moves you.\n" * 60
TEXT_BYTES = TEXT.encode()
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
TRAIN = TrainConfig(epochs=1, max_steps=2, eval_freq=2, sample_tokens=0, device="cpu", precision="float32", threads=1)


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.fixture
def unread(store, tmp_path):
    def make(content=TEXT_BYTES, **more):
        given = tmp_path / "upload.txt"
        given.write_bytes(content)
        more = {"text_name": "river.txt", "read_later": True, **more}
        return store.create("run", given, MODEL, DataConfig(), TRAIN, **more)

    return make


@pytest.fixture
def large(monkeypatch):
    """Every text counts as large, and every message is written into the status at once."""
    for module in (token_file, upload):
        monkeypatch.setattr(module, "LARGE_TEXT_BYTES", 0)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 256)
    monkeypatch.setattr(session, "STATUS_EVERY_S", -1.0)


def test_the_process_that_trains_the_run_reads_its_text(store, unread):
    run = unread()
    assert (run.is_unread, run.spec.text_sha256) == (True, UNREAD)
    losses = [event.loss for event in run_training(run) if isinstance(event, Stepped)]
    read = store.open("run")
    usual = store.create("usual", TEXT, MODEL, DataConfig(), TRAIN, text_name="river.txt")
    assert not read.is_unread
    assert read.text() == TEXT
    assert (read.spec.text_sha256, read.spec.model) == (usual.spec.text_sha256, usual.spec.model)
    assert losses == [event.loss for event in run_training(usual) if isinstance(event, Stepped)]


def test_the_status_shows_how_much_of_the_text_is_read(store, unread, large, monkeypatch):
    run, said = unread(), []
    write = StatusFile.write
    monkeypatch.setattr(StatusFile, "write", lambda self, status: (said.append(status), write(self, status)))
    next(event for event in run_training(run) if isinstance(event, Started))
    messages = [status.message for status in said if status.message.startswith("Reading")]
    assert all(status.state == "running" for status in said if status.message in messages)
    assert messages[0] == "Reading the text"
    assert messages[-1] == "Reading the text, 100%"
    assert len(messages) > 3
    assert store.open("run").status().message != messages[-1]


def test_a_run_stopped_while_reading_stays_unread_and_can_be_started_again(store, unread, large):
    run = unread()
    events = list(run_training(run, control=lambda: Control("stop")))
    assert [(event.type, event.reason) for event in events] == [("finished", "stopped")]
    assert store.open("run").is_unread
    assert store.open("run").status().state == "stopped"
    assert [event.step for event in run_training(store.open("run")) if isinstance(event, Stepped)] == [1, 2]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"%PDF-1.4 ...", "river.txt is a PDF"), (b"too short", "Too short"), (b"\n" * 99, "river.txt holds nothing")],
)
def test_an_invalid_text_ends_the_training_with_one_sentence(store, unread, content, sentence):
    (end,) = run_training(unread(content))
    assert isinstance(end, Finished)
    assert end.reason == "failed"
    assert end.message.startswith(sentence)
    assert store.open("run").status().state == "failed"


def test_a_given_encoding_is_stored_and_used(store, unread):
    text = "Чайка летит над рекой, и никто её не спрашивает. " * 40
    run = unread(text.encode("koi8_r"), encoding="koi8_r")
    list(run_training(run))
    assert store.open("run").text() == text
    assert store.open("run").spec.encoding == "koi8_r"


def test_a_given_encoding_is_used_when_the_file_is_read_at_once(store, unread):
    text = "Чайка летит над рекой, и никто её не спрашивает. " * 40
    assert unread(text.encode("koi8_r"), encoding="koi8_r", read_later=False).text() == text


def test_an_unread_run_is_not_exported(unread, tmp_path):
    with pytest.raises(RunError, match="has not been read yet"):
        export_run(unread(), tmp_path / "run.zip")


def test_the_given_file_is_not_changed(unread, tmp_path):
    list(run_training(unread()))
    assert (tmp_path / "upload.txt").read_bytes() == TEXT.encode()
