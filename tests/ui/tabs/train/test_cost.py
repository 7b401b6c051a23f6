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
    assert set(formats(text_facts(estimated)).values()) == {"about", ""}
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


def test_the_vocabulary_is_shown_beside_the_distinct_tokens_with_the_loss_of_blind_guessing():
    shown = json.loads(text_facts(PLAN))
    assert (values(text_facts(PLAN))["Distinct tokens"], values(text_facts(PLAN))["Vocabulary"]) == (15, 277)
    assert values(text_facts(PLAN))["Blind guessing"] == "ln 277 = 5.62"
    assert "256 bytes" in shown["note"]


def test_numbers_that_depend_on_wrong_settings_are_left_out():
    shown = values(text_facts(PLAN, are_settings_right=False))
    assert (shown["Tokens"], shown["Training windows"], shown["Batches"], shown["Held out for validation"]) == (
        2_801,
        None,
        None,
        None,
    )


def test_the_room_of_all_numbers_is_kept_before_there_are_any():
    for made, empty in ((text_facts(PLAN), text_facts()), (cost_facts(PLAN, 0.1), cost_facts())):
        assert list(values(empty)) == list(values(made))
        assert set(values(empty).values()) == {None}
        assert [json.loads(empty).get("more")] == [json.loads(made).get("more")]


def test_both_trainings_are_priced_by_the_hours_of_an_a100_and_timed_on_this_machine():
    rows = {name: cells for name, *cells in json.loads(cost_facts(PLAN, step_s=0.01))["table"]["rows"]}
    assert rows["Hours on one A100"][1] == "184,320"
    assert rows["Dollars, at the A100's price"][1] == "691,200"
    hours = values(cost_facts(PLAN, step_s=0.01))["Time"] / 3600
    assert float(rows["Hours on this machine"][0].replace(" × 10⁻⁴", "e-4")) == pytest.approx(hours, rel=0.05)
    operations = 6 * values(cost_facts(PLAN))["Parameters"] * PLAN.steps * PLAN.tokens_per_step
    dollars = operations / (6 * 7e9 * 2e12) * 691_200
    mantissa, exponent = f"{dollars:.1e}".split("e")
    superscript = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert rows["Dollars, at the A100's price"][0] == f"{float(mantissa):g} × 10{superscript}"


def test_what_is_not_measured_yet_says_so():
    rows = {name: cells for name, *cells in json.loads(cost_facts(PLAN))["table"]["rows"]}
    assert rows.pop("Hours on this machine") == ["being measured", "being measured"]
    assert not any(cell == "–" for cells in rows.values() for cell in cells)
