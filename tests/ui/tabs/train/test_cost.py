import json
from dataclasses import replace

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.cost import Plan
from playground.text.corpus import CorpusStats
from playground.ui.tabs.train import cost
from playground.ui.tabs.train.cost import cost_facts, text_facts

STATS = CorpusStats(
    characters=12_000,
    tokens=2_801,
    different_tokens=15,
    vocab_size=277,
    train_tokens=2_500,
    val_tokens=301,
    train_windows=39,
    val_windows=4,
    train_batches=9,
    val_batches=1,
)
PLAN = Plan(
    ModelConfig(vocab_size=277, context_length=64, emb_dim=64, n_heads=4, n_layers=2),
    DataConfig(batch_size=4),
    TrainConfig(epochs=15),
    STATS,
)


def values(facts):
    return {row["name"]: row["value"] for row in json.loads(facts)["facts"]}


def formats(facts):
    return {row["name"]: row["format"] for row in json.loads(facts)["facts"]}


def test_numbers_of_a_text_are_whole_and_those_of_a_part_estimates():
    assert values(text_facts(PLAN))["Tokens"] == 2_801
    assert formats(text_facts(PLAN))["Tokens"] == "whole"
    estimated = replace(PLAN, is_estimate=True)
    assert set(formats(text_facts(estimated)).values()) == {"about"}
    assert json.loads(text_facts(estimated))["note"].startswith("Estimated")
    assert formats(cost_facts(estimated))["Steps"] == "about"


def test_what_could_not_be_read_is_said_below_the_numbers():
    notes = ("2 of 3 pages contain no text.", "One more.")
    assert json.loads(text_facts(PLAN, notes))["note"] == "2 of 3 pages contain no text. One more."
    estimated = json.loads(text_facts(replace(PLAN, is_estimate=True), notes))["note"]
    assert estimated.startswith("2 of 3 pages contain no text. One more. Estimated")


def test_the_time_is_shown_once_a_step_was_measured():
    assert values(cost_facts(PLAN))["Time"] is None
    shown = values(cost_facts(PLAN, step_s=0.01))
    assert shown["Per step"] == 0.01
    assert shown["Time"] >= 15 * 9 * 0.01


def test_the_bars_add_up_to_the_numbers_above_them():
    shown = json.loads(cost_facts(PLAN))
    parameters, memory = (sum(size for _, size in bar["parts"]) for bar in shown["bars"])
    assert parameters == values(cost_facts(PLAN))["Parameters"]
    assert memory == values(cost_facts(PLAN))["Memory"]


@pytest.mark.parametrize(("free_bytes", "warned"), [(10**15, False), (10**6, True)])
def test_a_training_that_needs_more_memory_than_is_free_is_warned_of(monkeypatch, free_bytes, warned):
    monkeypatch.setattr(cost, "free_memory_bytes", lambda: free_bytes)
    assert json.loads(cost_facts(PLAN))["note"].startswith("This needs about") == warned
