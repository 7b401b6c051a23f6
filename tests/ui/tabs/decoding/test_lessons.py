"""The laboratory's lesson, stages and exercises."""

import pytest

from playground.errors import SettingsError
from playground.sampling import LogitBias, MinP, Temperature, TopK, TopP
from playground.ui.tabs.decoding.exercises import answer_exercise, make_cards
from playground.ui.tabs.decoding.source import toy_source
from playground.ui.tabs.decoding.stage_catalogue import LESSON, make_catalogue, stage_kinds
from playground.ui.tabs.decoding.stage_order import compare_orders, why_order_matters
from playground.ui.tabs.decoding.state import LabState

from .shared import picture_of


class TestOrder:
    def test_the_lesson_shows_a_difference(self):
        state = LabState(**LESSON)
        answer = compare_orders(state, toy_source(state))
        assert "2 words instead of 1" in answer["text"]
        other = LabState(**{**LESSON, "stages": answer["stages"]})
        kept = [
            sum(row["after"] > 0 for row in picture_of(words=s.words, stages=s.stages)["rows"]) for s in (state, other)
        ]
        assert kept == [1, 2]

    def test_it_says_why_the_order_matters(self):
        lesson = LabState(**LESSON)
        text = compare_orders(lesson, toy_source(lesson))["text"]
        assert text.endswith("That is because temperature changes which tokens reach p together.")
        assert "also what Logit bias has changed" in why_order_matters(LogitBias(((6, 2.0),)), Temperature(2.0))
        assert "by which Min-p decides" in why_order_matters(Temperature(2.0), MinP(0.1))
        assert "what the first has left" in why_order_matters(TopK(3), TopP(0.5))

    def test_no_difference_is_reported_as_such(self):
        answer = compare_orders(LabState(), toy_source(LabState()))
        assert (answer["size"], answer["stages"]) == (9, None)
        assert answer["text"] == (
            "Here the order of the stages makes no difference: temperature leaves the ranking as it is, and top-k only "
            "ranks."
        )
        assert "fewer than two" in compare_orders(LabState(stages=()), toy_source(LabState()))["text"]


class TestCatalogue:
    def test_every_stage_is_described_and_starts_within_its_bounds(self):
        catalogue = make_catalogue()
        assert len(catalogue["stages"]) == len(stage_kinds()) >= 16
        for name, stage in catalogue["stages"].items():
            entry = {"name": name} | {field["name"]: field["start"] for field in stage["fields"]}
            assert LabState(stages=[entry]).pipeline.stages[0].name == name
            assert stage["help"].endswith(".")
            for field in stage["fields"]:
                for edge in ("min", "max"):
                    if field["kind"] in ("int", "number"):
                        value = 0.99 if name.endswith("_cutoff") and edge == "max" else field[edge]  # below 1
                        LabState(stages=[entry | {field["name"]: value}])

    def test_known_orders_are_valid_stages(self):
        orders = make_catalogue()["orders"]
        assert list(orders) == ["the chapter", "transformers", "llama.cpp"]
        for stages in orders.values():
            assert LabState(stages=stages).pipeline


class TestExercises:
    def test_5_1_has_the_numbers_of_the_chapter(self):
        rows = answer_exercise("5.1")["rows"]
        assert [row[1] for row in rows] == ["0", "0", "32"]
        assert [row[3] for row in rows] == ["1.012e-04", "2.972e-38", "4.30 %"]

    def test_5_3_shows_which_settings_are_deterministic(self):
        rows = {row[0]: row[1:] for row in answer_exercise("5.3")["rows"]}
        assert rows["T = 0"] == rows["top-k 1"] == ["0.000", "1,000", "1"]
        assert rows["T = 0.1"] == ["0.074", "985", "2"]

    def test_5_2_low_settings_draw_fewer_words_than_high_ones(self):
        (_, low, few), (_, high, many) = answer_exercise("5.2")["rows"]
        assert float(low) < float(high)
        assert len(set(few.split())) < len(set(many.split()))

    def test_set_ups_are_valid_states(self):
        for card in make_cards():
            for set_up in card["set_ups"]:
                assert LabState(**set_up["state"]).n == 1000

    def test_an_unknown_number_is_refused(self):
        with pytest.raises(SettingsError, match=r"5\.1, 5\.2 or 5\.3"):
            answer_exercise("9.9")
