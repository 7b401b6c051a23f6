"""The laboratory's draws, sweep and table agree with the chapter."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import SettingsError
from playground.sampling import Temperature, TopK, TopP, softmax_with_temperature
from playground.ui.tabs.decoding.chapter import make_chapter, save_chapter
from playground.ui.tabs.decoding.draws import explain_count, make_draws
from playground.ui.tabs.decoding.source import toy_source
from playground.ui.tabs.decoding.state import LabState
from playground.ui.tabs.decoding.sweep import make_sweep

from .shared import big_source

PIZZA = 6


class TestDraws:
    @pytest.mark.parametrize(
        ("temperature", "counts"),
        [
            (1.0, [73, 0, 0, 582, 2, 0, 0, 343, 0]),
            (0.1, [0, 0, 0, 985, 0, 0, 0, 15, 0]),
            (5.0, [165, 75, 42, 239, 71, 46, 32, 227, 103]),
        ],
    )
    def test_counts_of_the_chapter(self, temperature, counts):
        state = LabState(stages=(Temperature(temperature),))
        assert [row["count"] for row in make_draws(state, toy_source(state))["rows"]] == counts

    def test_pizza_is_drawn_as_often_as_chance_allows(self):
        state = LabState(stages=(Temperature(5.0),), follow="pizza")
        draws = make_draws(state, toy_source(state))
        pizza = draws["rows"][PIZZA]
        assert round(pizza["expected"]) == 43
        assert pizza["low"] < pizza["expected"] < pizza["high"]
        assert "pizza came 32 times where 43.0 were expected" in draws["follow"]["text"]
        assert "32 is within chance" in draws["follow"]["text"]

    def test_a_share_converges_to_its_probability(self):
        state = LabState(n=200_000)
        follow = make_draws(state, toy_source(state))["follow"]
        assert follow["n"][-1] == 200_000
        assert abs(follow["share"][-1] - follow["p"]) < 0.005

    def test_counts_of_all_tokens_add_up_to_the_draws(self):
        source = big_source(2_000)
        draws = make_draws(LabState(source="model", stages=(), n=500), source)
        assert sum(row["count"] for row in draws["rows"]) + draws["tail"]["count"] == 500

    def test_tokens_that_were_cut_are_no_others(self):
        source = big_source(2_000)
        tail = make_draws(LabState(source="model", stages=(TopK(9),)), source)["tail"]
        assert (tail["tokens"], tail["count"]) == (0, 0)
        assert make_draws(LabState(source="model", stages=(TopK(50),)), source)["tail"]["tokens"] == 30

    @given(st.integers(1, 10**6), st.floats(0, 1), st.floats(0, 1))
    def test_every_count_is_explained(self, n, share, p):
        assert explain_count("word", round(n * share), p, n)


def test_wilson_band_is_symmetric_around_a_half():
    state = LabState(words=(("heads", 0), ("tails", 0)), stages=(), n=100)
    heads, tails = make_draws(state, toy_source(state))["rows"]
    assert heads["low"] + tails["high"] == pytest.approx(100)
    assert math.isclose(heads["expected"], 50)


class TestSweepAndChapter:
    def test_sweep_agrees_with_softmax_and_marks_the_temperature(self):
        state = LabState(stages=(TopK(9), Temperature(2.0)))
        sweep = make_sweep(state, toy_source(state))
        logits = torch.tensor([logit for _, logit in state.words])
        for i in (0, 30, 60):
            expected = softmax_with_temperature(logits, sweep["temperatures"][i])
            torch.testing.assert_close(torch.tensor([line["p"][i] for line in sweep["lines"]]), expected)
        assert (sweep["now"], sweep["temperatures"][0], round(sweep["temperatures"][-1], 6)) == (2.0, 0.05, 5.0)

    def test_a_temperature_that_is_off_is_used_in_its_place(self):
        off = LabState(stages=(Temperature(2.0, on=False), TopP(0.9)))
        on = LabState(stages=(Temperature(2.0), TopP(0.9)))
        lines = [make_sweep(state, toy_source(state))["lines"] for state in (off, on)]
        assert lines[0] == lines[1]

    def test_table_of_the_chapter(self):
        table = make_chapter(LabState())
        assert table["likeliest"] == "forward"
        assert [round(column["entropy"], 3) for column in table["columns"]] == [1.317, 0.074, 2.884]
        pizza = [column["p"][PIZZA] for column in table["columns"]]
        assert [f"{p:.3g}" for p in pizza] == ["0.000101", "2.97e-38", "0.043"]
        assert [column["counts"][PIZZA] for column in table["columns"]] == [0, 0, 32]
        assert [round(p, 4) for p in table["top_k"] if p] == [0.0615, 0.5775, 0.3610]

    def test_saves_pdf_and_png_and_nothing_else(self):
        assert save_chapter(LabState(), "pdf").startswith(b"%PDF")
        assert save_chapter(LabState(), "png").startswith(b"\x89PNG")
        with pytest.raises(SettingsError, match="pdf or png"):
            save_chapter(LabState(), "../x")

    def test_fault_49_saved_figures_are_not_kept_in_memory(self):
        import gc

        from matplotlib.figure import Figure

        def figures() -> int:
            gc.collect()
            return sum(type(thing) is Figure for thing in gc.get_objects())

        before = figures()
        for _ in range(3):
            save_chapter(LabState(), "png")
        assert figures() == before
