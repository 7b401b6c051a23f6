import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, SettingsError
from playground.training.jobs.session import run_training
from playground.training.runs.fork import SIZE, what_if
from playground.training.runs.recorded import bring_in_recorded
from playground.training.runs.store import RunStore

TEXT = "Es war einmal – und „ist“ nicht mehr. " * 40
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


def make(store, name="one", **settings):
    settings = {
        "epochs": 2,
        "threads": 1,
        "sample_tokens": 0,
        "eval_freq": 2,
        "save_freq": 4,
        "keep_checkpoints": 99,
        **settings,
    }
    run = store.create(name, TEXT, MODEL, DataConfig(batch_size=4), TrainConfig(**settings), "nano", "tale")
    list(run_training(run))
    return run


@pytest.mark.parametrize(
    ("setting", "value", "part"),
    [("seed", 7, "train"), ("epochs", 3, "train"), ("batch_size", 2, "data"), ("drop_rate", 0.5, "model")],
)
def test_a_run_from_the_start_differs_in_one_setting_alone(store, setting, value, part):
    run = make(store)
    made = what_if(store, "one", setting, value)
    list(run_training(made))
    spec = store.open(made.name).spec
    assert getattr(spec, part)[setting] == value
    changed = run.spec.model_copy(update={part: getattr(run.spec, part).replace(**{setting: value})})
    left_out = {"name", "created", "encoding"}
    assert spec.model_dump(exclude=left_out) == changed.model_dump(exclude=left_out)
    assert made.text() == run.text()


def test_the_same_run_again_would_be_the_same_and_is_refused(store):
    make(store)
    with pytest.raises(SettingsError, match="it is 123 in the run already"):
        what_if(store, "one", "seed", 123)


def test_a_lower_learning_rate_takes_the_floor_along(store):
    make(store, lr=0.01, min_lr=0.001, lr_schedule="cosine")
    train = what_if(store, "one", "lr", 0.0005).spec.train
    assert (train.lr, train.min_lr) == (0.0005, pytest.approx(0.00005))


def test_another_size_changes_width_heads_and_layers_together(store):
    make(store)
    spec = what_if(store, "one", SIZE, "mini").spec
    assert (spec.preset, spec.model.emb_dim, spec.model.n_heads, spec.model.n_layers) == ("mini", 128, 4, 4)
    assert spec.model.context_length == 16


def test_another_vocabulary_is_made_from_the_same_text(store):
    make(store)
    made = what_if(store, "one", "vocabulary", "bytes")
    list(run_training(made))
    assert store.open(made.name).spec.model.vocab_size == 257  # the bytes and <|endoftext|>


def test_from_a_step_it_is_a_fork(store):
    run = make(store)
    made = what_if(store, "one", "lr", 0.1, start=4)
    assert (made.spec.parent.name, made.spec.parent.step, made.spec.train.lr) == ("one", 4, 0.1)
    assert what_if(store, "one", "drop_rate", 0.5, start=4).spec.model.drop_rate == 0.5
    with pytest.raises(SettingsError, match="change it from the start"):
        what_if(store, "one", "batch_size", 2, start=4)
    with pytest.raises(RunError, match="choose more epochs"):
        what_if(store, "one", "lr", 0.1, start=run.steps()[-1])


@pytest.mark.parametrize(
    ("setting", "value"),
    [("vocab_size", 9), ("cheese", 1), ("lr", -1), ("lr", "fast"), (SIZE, "giant"), ("epochs", None)],
)
def test_fault_10_what_no_run_could_be_trained_with_is_refused(store, setting, value):
    make(store)
    with pytest.raises(SettingsError):
        what_if(store, "one", setting, value)
    assert store.names() == ["one"]


def test_a_run_whose_text_is_unread_is_refused(store, tmp_path):
    given = tmp_path / "given.txt"
    given.write_text(TEXT)
    store.create("unread", given, MODEL, read_later=True)
    with pytest.raises(RunError, match="has not been read yet"):
        what_if(store, "unread", "seed", 7)


def test_it_works_for_the_recorded_run(store):
    run = bring_in_recorded(store)
    made = what_if(store, run.name, "lr", 0.001)
    next(iter(run_training(made)))
    assert store.open(made.name).spec.text_sha256 == run.spec.text_sha256
