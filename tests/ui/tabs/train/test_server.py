import base64
import gc
from types import SimpleNamespace

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError
from playground.training.loop import events
from playground.training.runs.recorded import NAME, bring_in_recorded
from playground.training.runs.spec import NO_TEXT, write_spec
from playground.training.runs.store import RunStore
from playground.ui.context import Limits
from playground.ui.exchange import server_function
from playground.ui.tabs.train.server import LiveServer, loss_figure
from playground.ui.visitors import TrainingQuota

TEXT = "so it goes, and so it went, and nobody asked the river why. " * 20
MODEL = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=1)

ME = SimpleNamespace(client=SimpleNamespace(host="10.0.0.1"))


class Jobs:
    """Records the calls."""

    def __init__(self):
        self.asked = []

    def queue_place(self, name):
        return 1

    def __getattr__(self, action):
        return lambda *what: self.asked.append((action, *what))


@pytest.fixture
def context(tmp_path):
    jobs = Jobs()
    return SimpleNamespace(store=RunStore(tmp_path), jobs=jobs, quota=TrainingQuota(jobs), limits=Limits())


@pytest.fixture
def ask(context):
    """Calls a server function as Gradio does, with what a browser sent."""
    server = LiveServer(context)
    return lambda function, query, *request: server_function(getattr(server, function))(query, *request)


@pytest.fixture
def run(context):
    made = context.store.create("river", TEXT, MODEL, DataConfig(), TrainConfig(epochs=1))
    for step in range(1, 5):
        made.log.append(
            events.Evaluated(
                step=step, epoch=step / 4, tokens_seen=32 * step, train_loss=4 / step, val_loss=5 / step, best=True
            )
        )
    return made


def test_the_news_say_whether_the_run_has_a_text_to_be_trained_on(context, ask, run):
    assert ask("news", {"run": "river", "offset": 0})["status"]["has_text"]
    write_spec(run.folder, run.spec.model_copy(update={"text_sha256": NO_TEXT}))  # as of weights from elsewhere
    assert not ask("news", {"run": "river", "offset": 0})["status"]["has_text"]


@pytest.mark.parametrize("action", ["stop", "pause", "resume", "step"])
def test_a_command_is_passed_to_the_jobs(context, ask, run, action):
    assert ask("command", {"run": "river", "action": action}, ME) == {}
    assert context.jobs.asked == [(action, "river")]


def test_set_lr_passes_the_learning_rate(context, ask, run):
    ask("command", {"run": "river", "action": "set_lr", "lr": 0.5}, ME)
    assert context.jobs.asked == [("set_lr", "river", 0.5)]


def test_set_lr_without_a_learning_rate_is_refused(context, ask, run):
    assert ask("command", {"run": "river", "action": "set_lr"}, ME)["error"].startswith("lr:")
    assert context.jobs.asked == []


def test_fault_41_an_unknown_action_is_refused_and_no_job_is_called(context, ask, run):
    for action in ("shutdown", "start", "_spawn", "", None):
        assert "error" in ask("command", {"run": "river", "action": action}, ME)
    assert context.jobs.asked == []


@pytest.mark.parametrize(("suffix", "head"), [("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_the_figure_is_a_file_of_the_chosen_format(ask, run, suffix, head):
    answer = ask("figure", {"run": "river", "format": suffix})
    assert base64.b64decode(answer["data"]).startswith(head)
    assert answer["name"] == f"river-loss.{suffix}"


def test_a_run_without_an_evaluation_has_no_figure(context):
    context.store.create("new", TEXT, MODEL)
    with pytest.raises(RunError, match="not been evaluated"):
        loss_figure(context.store.open("new"), "png")


def test_fault_49_figures_are_not_kept_in_memory(run):
    from matplotlib.figure import Figure

    def figures():
        gc.collect()
        return sum(type(thing) is Figure for thing in gc.get_objects())

    loss_figure(run, "png")
    before = figures()
    for _ in range(5):
        loss_figure(run, "png")
    assert figures() == before


@pytest.mark.parametrize("action", ["stop", "pause", "resume", "step", "extend", "set_lr"])
def test_fault_66_on_a_public_server_no_visitor_trains_the_recorded_run(context, ask, action):
    context.limits = Limits.public()
    bring_in_recorded(context.store)
    answer = ask("command", {"run": NAME, "action": action, "lr": 0.1}, ME)
    assert answer == {"error": f"{NAME} is here for every visitor, so it stays as it is; fork it to train it further."}
    assert context.jobs.asked == []
