import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError
from playground.training.loop import events
from playground.training.runs.store import RunStore
from playground.ui.tabs.train.news import STEP_SERIES, RunNews, digest, step_columns
from playground.ui.thinning import MAX_POINTS

MODEL = ModelConfig(context_length=8, emb_dim=8, n_heads=2, n_layers=1)


class NoJobs:
    def queue_place(self, name):
        return 2


def started(step=0, **changes):
    settings = {"total_steps": 40, "steps_per_epoch": 10, "tokens_per_step": 16, "n_parameters": 9, "device": "cpu"}
    return events.Started(step=step, precision="float32", threads=1, **{**settings, **changes})


def stepped(step, loss=1.0):
    return events.Stepped(
        step=step, epoch=step / 10, loss=loss, lr=0.1, grad_norm=2.0, tokens_seen=16 * step, tokens_per_s=100.0
    )


def evaluated(step, val_loss=2.0, probe=()):
    return events.Evaluated(
        step=step, epoch=step / 10, tokens_seen=16 * step, train_loss=1.0, val_loss=val_loss, best=False, probe=probe
    )


@pytest.fixture
def run(tmp_path):
    text = "so it goes, and so it went. " * 40
    store = RunStore(tmp_path)
    made = store.create("one", text, MODEL, DataConfig(), TrainConfig(), preset="nano", text_name="story")
    made.store = store
    return made


def test_news_gives_everything_first_and_then_only_what_is_new(run):
    news = RunNews(run.store, NoJobs())
    for event in (started(), stepped(1), evaluated(1, probe=[(3, 0.5)])):
        run.log.append(event)
    first = news.since("one")
    assert first["steps"]["step"] == [1]
    assert first["sitting"]["total_steps"] == 40
    assert first["about"]["text_name"] == "story"
    assert [share for _, share in first["evals"][0]["probe"]] == [0.5]
    assert all(isinstance(word, str) for word, _ in first["evals"][0]["probe"])

    run.log.append(stepped(2))
    second = news.since("one", first["offset"])
    assert second["steps"]["step"] == [2]
    assert (second["evals"], second["sitting"], second["about"]) == ([], None, None)
    assert news.since("one", second["offset"])["steps"]["step"] == []


def test_fault_37_a_page_that_starts_again_at_offset_zero_gets_the_whole_curve(run):
    for event in (started(), *map(stepped, range(1, 30))):
        run.log.append(event)
    a_reload, another_tab = (RunNews(run.store, NoJobs()).since("one", 0) for _ in range(2))
    assert a_reload["steps"] == another_tab["steps"]
    assert a_reload["steps"]["step"] == list(range(1, 30))


@pytest.mark.parametrize("name", ["../one", "", "no-such-run", "/etc/passwd", "one\0", "x" * 300, "CON"])
def test_fault_17_a_run_that_is_a_path_or_unknown_is_refused(run, name):
    with pytest.raises(RunError):
        RunNews(run.store, NoJobs()).since(name)


@pytest.mark.parametrize("offset", [1, 17, 10**9])
def test_an_offset_inside_a_line_or_after_the_end_is_harmless(run, offset):
    for event in (started(), stepped(1), stepped(2)):
        run.log.append(event)
    answer = RunNews(run.store, NoJobs()).since("one", offset)
    assert set(answer["steps"]["step"]) <= {1, 2}


def test_steps_that_a_resumed_run_undid_are_cut():
    log = [started(), *map(stepped, range(1, 9)), evaluated(5), evaluated(8), started(step=6), stepped(7, loss=9.0)]
    answer = digest(log)
    assert answer["cut"] == 0
    assert answer["steps"]["step"] == [1, 2, 3, 4, 5, 6, 7]
    assert answer["steps"]["loss"][-1] == 9.0
    assert [row["step"] for row in answer["evals"]] == [5]
    assert digest([started(step=6), stepped(7)])["cut"] == 6


def test_inexact_resumes_and_changes_are_notes():
    notes = digest([started(step=3, exact=False, why_not_exact="other threads"), events.Changed(step=4, lr=0.01)])[
        "notes"
    ]
    assert "other threads" in notes[0]["text"]
    assert "0.01" in notes[1]["text"]
    assert digest([events.Changed(step=4, lr=0.01), events.Changed(step=5, lr=0.02)])["lr"] == 0.02


@given(st.integers(0, 3000))
def test_an_answer_has_at_most_as_many_points_as_a_chart_shows(n):
    made = step_columns([stepped(step, loss=float(step)) for step in range(1, n + 1)])
    assert len({len(column) for column in made.values()}) == 1
    assert len(made["step"]) <= MAX_POINTS
    if n:
        assert made["step"][-1] == n
        weights = [after - before for before, after in zip([0, *made["step"]], made["step"], strict=False)]
        mean = sum(loss * weight for loss, weight in zip(made["loss"], weights, strict=True)) / n
        assert mean == pytest.approx((n + 1) / 2)


def test_the_columns_are_those_that_the_page_is_told_to_thin():
    assert list(digest([stepped(1)])["steps"]) == list(STEP_SERIES)


def test_the_status_says_whether_the_run_is_live_and_can_be_resumed(run):
    status = RunNews(run.store, NoJobs()).since("one")["status"]
    assert (status["state"], status["live"], status["can_resume"], status["queue_place"]) == (
        "stopped",
        False,
        False,
        None,
    )
    run.set_status(run.status().model_copy(update={"state": "queued"}).by_this_process())
    status = RunNews(run.store, NoJobs()).since("one")["status"]
    assert (status["live"], status["queue_place"]) == (True, 2)
    assert "pid" not in status
