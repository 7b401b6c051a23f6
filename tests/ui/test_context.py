import pytest
import torch

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore
from playground.ui.context import Limits, LoadedModels

TEXT = "so it goes, and so it went, and nobody asked the river why. " * 20
MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Three trained runs, a, b and c, with checkpoints after both epochs; and d, which was never trained."""
    store = RunStore(tmp_path_factory.mktemp("runs"))
    for name in "abc":
        train = TrainConfig(epochs=2, sample_tokens=0, seed=ord(name))
        run = store.create(name, TEXT, MODEL, DataConfig(batch_size=8), train)
        for _ in run_training(run):
            pass
    store.create("d", TEXT, MODEL)
    return store


def test_a_model_is_in_evaluation_mode_and_has_its_tokenizer(store):
    model, tokenizer = LoadedModels(store).get("a")
    assert not model.training
    assert tokenizer.n_vocab == model.config.vocab_size
    assert model(torch.tensor([tokenizer.encode("so it")])).shape[-1] == tokenizer.n_vocab


def test_the_same_checkpoint_is_loaded_once(store):
    models = LoadedModels(store)
    last = store.open("a").find_step("last")
    assert models.get("a")[0] is models.get("a", "last")[0] is models.get("a", last)[0]
    assert len(models) == 1


def test_checkpoints_of_one_run_are_cached_separately(store):
    models = LoadedModels(store)
    first, *_, last = store.open("a").steps()
    assert models.get("a", first)[0] is not models.get("a", last)[0]


def test_the_least_recently_used_model_is_evicted_first(store):
    models = LoadedModels(store, max_models=2)
    a, b = models.get("a")[0], models.get("b")[0]
    assert models.get("a")[0] is a
    models.get("c")
    assert len(models) == 2
    assert models.get("a")[0] is a
    assert models.get("b")[0] is not b


def test_memory_is_bounded_and_one_model_always_fits(store):
    size_bytes = 4 * sum(p.numel() for p in LoadedModels(store).get("a")[0].parameters())
    two = LoadedModels(store, max_models=9, max_bytes=2 * size_bytes)
    for name in "abcabc":
        two.get(name)
        assert len(two) <= 2
    assert len(two) == 2
    tiny = LoadedModels(store, max_models=9, max_bytes=1)
    tiny.get("a")
    tiny.get("b")
    assert len(tiny) == 1


def test_a_run_can_be_forgotten(store):
    models = LoadedModels(store)
    a = models.get("a")[0]
    models.get("b")
    models.forget("a")
    assert len(models) == 1
    assert models.get("a")[0] is not a


@pytest.mark.parametrize(("name", "step"), [("d", "last"), ("a", 999), ("nobody", "last"), ("../a", "last")])
def test_an_unknown_run_or_step_is_refused(store, name, step):
    with pytest.raises(RunError):
        LoadedModels(store).get(name, step)


def test_fault_44_unknown_names_take_no_memory(store):
    models = LoadedModels(store)
    for i in range(1000):
        with pytest.raises(RunError):
            models.get(f"made-up-{i}")
    assert len(models) == 0


def test_a_public_server_has_lower_limits_than_a_private_one():
    private, public = Limits(), Limits.public()
    assert public.is_public
    for name in (
        "max_text_bytes",
        "max_new_tokens",
        "max_models",
        "max_model_bytes",
        "max_body_bytes",
        "max_upload_bytes",
    ):
        assert getattr(public, name) < getattr(private, name)


def test_an_uncached_model_is_taken_from_memory_or_loaded_but_never_added(store):
    models = LoadedModels(store, max_models=1)
    a = models.get("a")[0]
    last = store.open("a").find_step()
    assert models.get_uncached("a", last) is a
    untrained = models.get_uncached("a", 0)
    assert not untrained.training
    assert untrained is not models.get_uncached("a", 0)
    assert len(models) == 1
    assert models.get("a")[0] is a
    with pytest.raises(RunError):
        models.get_uncached("a", 999)


def test_fault_77_another_run_of_the_same_name_and_a_step_trained_once_more_are_loaded_anew(store, tmp_path):
    own = RunStore(tmp_path)
    models = LoadedModels(own)

    def train(seed):
        run = own.create(
            "x", TEXT, MODEL, DataConfig(batch_size=8), TrainConfig(max_steps=1, sample_tokens=0, seed=seed)
        )
        list(run_training(run))
        return run

    train(seed=1)
    former = models.get("x")[0]
    own.delete("x")  # from the command line: nobody tells the page
    run = train(seed=2)
    for loaded in (models.get("x")[0], models.get_uncached("x", 1)):
        assert torch.equal(loaded.out_head.weight, run.load_model().out_head.weight)
        assert not torch.equal(loaded.out_head.weight, former.out_head.weight)


def test_fault_77_a_model_that_is_gone_is_refused(store):
    with pytest.raises(RunError, match="no model at step 999"):
        LoadedModels(store).get_uncached("a", 999)
