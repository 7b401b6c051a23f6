"""What a model takes and what its training costs."""

import pytest

from playground.config import GPT_CONFIG_124M, DataConfig, ModelConfig, TrainConfig
from playground.evaluation.chapter.costs import known_trainings, parts_of, pictures, run_cost, sizes
from playground.model.presets import count_parameters, flop_per_token
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore

MODEL = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)


def test_every_part_of_every_size_is_counted():
    by_name = {size["name"]: size["parts"] for size in sizes()}
    assert sum(part["parameters"] for part in by_name["GPT-2 124M"]) == 162_419_712
    assert list(by_name) == ["nano", "mini", "small", "GPT-2 124M", "GPT-2 355M", "GPT-2 774M", "GPT-2 1558M"]
    untied = 1_557_611_200 + 50_257 * 1600  # the published count, and an output head of its own
    assert sum(part["parameters"] for part in by_name["GPT-2 1558M"]) == untied


@pytest.mark.parametrize("config", [GPT_CONFIG_124M, MODEL, MODEL.replace(qkv_bias=True, n_layers=3)])
def test_parts_add_up_to_the_whole(config):
    parts = parts_of(config)
    assert sum(part["operations"] for part in parts) == flop_per_token(config)
    assert {part["name"]: part["parameters"] for part in parts} == {
        name: count for name, count in count_parameters(config).items() if name != "total"
    }


def test_the_chapter_s_arithmetic_of_llama_2():
    llama = known_trainings()[-1]
    assert (llama.tokens.value, llama.a100_hours.value) == (2e12, 184_320)
    assert llama.dollars.value == pytest.approx(690_000, rel=0.01)
    assert llama.operations.value == pytest.approx(8.4e22)


def test_each_number_names_its_source_and_what_was_not_published_says_so():
    for training in known_trainings():
        for figure in (training.tokens, training.operations, training.a100_hours, training.dollars):
            assert figure.value > 0
            assert len(figure.source) > 20
    gpt2, gpt3, _ = known_trainings()
    assert "not published" in gpt2.tokens.source
    assert "not published" in gpt3.a100_hours.source
    assert all("not what was paid" in training.dollars.source for training in (gpt2, gpt3))


def test_weights_gradients_and_moments_of_the_chapter_s_model_take_2_6_gb():
    found = pictures()
    assert 162_419_712 * found["bytes_per_number"] * found["training_copies"] == pytest.approx(2.6e9, rel=0.001)


def test_a_run_is_counted_by_the_tokens_it_read(tmp_path):
    store = RunStore(tmp_path)
    run = store.create(
        "first",
        "so it goes " * 200,
        MODEL,
        DataConfig(batch_size=2),
        TrainConfig(max_steps=3, sample_tokens=0, threads=1),
    )
    list(run_training(run))
    found = run_cost(tmp_path, "first", "last", lambda *_: 0.5, on_progress=lambda _: None)
    assert found["training"]["tokens"]["value"] == 3 * 2 * 16
    n_parameters = count_parameters(run.spec.model)["total"]
    assert found["training"]["operations"]["value"] == 6 * n_parameters * 96
    assert found["operations_per_s"] == 6 * n_parameters * 32 / 0.5
    assert found["size"]["parts"] == parts_of(run.spec.model)
