"""The decoding laboratory: its state, its numbers and its answers, held against the chapter."""

import contextlib
import json
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.errors import SettingsError
from playground.sampling import Pipeline, Temperature, TopK, softmax_with_temperature
from playground.ui.tabs.decoding.catalogue import LESSON, make_catalogue, stage_kinds
from playground.ui.tabs.decoding.draws import make_draws, tell
from playground.ui.tabs.decoding.exercises import answer_exercise, make_cards
from playground.ui.tabs.decoding.order import compare_orders
from playground.ui.tabs.decoding.picture import make_picture
from playground.ui.tabs.decoding.source import Source, read_tokens, toy_source
from playground.ui.tabs.decoding.state import LabState
from playground.ui.tabs.decoding.sweep import make_chapter, make_sweep, save_chapter

PIZZA = 6


def picture_of(**changes):
    state = LabState(**changes)
    return make_picture(state, toy_source(state))


def big_source(size: int = 50_257) -> Source:
    """A vocabulary of GPT-2's size without a model behind it."""
    logits = torch.randn(size, generator=torch.Generator().manual_seed(1)) * 2
    names = {f"token {i}": i for i in range(size)}
    return Source("model", logits, torch.tensor([1, 2]), lambda i: f"token {i}", names.get)


class TestState:
    def test_defaults_are_the_chapters(self):
        state = LabState()
        words = " ".join(word for word, _ in state.words)
        assert words == "closer every effort forward inches moves pizza toward you"
        assert [logit for _, logit in state.words] == [4.51, 0.89, -1.90, 6.75, 1.63, -1.62, -1.89, 6.28, 1.79]
        assert (state.n, state.seed) == (1000, 123)

    def test_goes_to_json_and_back(self):
        state = LabState(stages=(TopK(3), Temperature(0.5, on=False)), words=(("a", 1.5), ("ü", -2.0)), n=10)
        assert LabState.from_json(state.to_json()) == state

    @pytest.mark.parametrize(
        ("text", "about"),
        [
            ("nonsense", "json"),
            ("[]", "object"),
            ('{"words": []}', "words"),
            ('{"words": [["a", 1], ["a", 2]]}', "once"),
            ('{"words": [["", 1]]}', "character"),
            ('{"words": [["a", 1e9]]}', "between"),
            ('{"n": 1000001}', "n:"),
            ('{"seed": -1}', "seed"),
            ('{"secret": 1}', "secret"),
            ('{"stages": [{"name": "rm -rf"}]}', "stages"),
        ],
    )
    def test_refuses_what_it_cannot_show(self, text, about):
        with pytest.raises(SettingsError) as refusal:
            LabState.from_json(text)
        assert about in str(refusal.value).lower()
        assert "\n" not in str(refusal.value)

    @pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity"])
    def test_fault_10_nan_and_infinity_are_refused(self, bad):
        for text in (
            f'{{"words": [["a", {bad}]]}}',
            f'{{"n": {bad}}}',
            f'{{"stages": [{{"name": "temperature", "temperature": {bad}}}]}}',
        ):
            with pytest.raises(SettingsError):
                LabState.from_json(text)

    def test_fault_11_a_choice_that_is_not_on_the_list_is_refused(self):
        for text in ('{"source": "elsewhere"}', '{"step": "first"}', '{"stages": [{"name": "top_z"}]}'):
            with pytest.raises(SettingsError):
                LabState.from_json(text)

    def test_fault_57_top_k_below_one_is_refused_and_above_the_vocabulary_keeps_all(self):
        for k in (0, -1):
            with pytest.raises(SettingsError, match="Top-k"):
                LabState.from_json(json.dumps({"stages": [{"name": "top_k", "k": k}]}))
        picture = picture_of(stages=(TopK(200_000),))
        assert [row["after"] for row in picture["rows"]] == [row["before"] for row in picture["rows"]]

    def test_fault_58_temperature_zero_is_greedy_and_others_too_small_are_refused(self):
        picture = picture_of(stages=(Temperature(0.0),))
        assert [row["after"] for row in picture["rows"]] == [0, 0, 0, 1, 0, 0, 0, 0, 0]
        for temperature in (1e-9, -1):
            with pytest.raises(SettingsError, match="Temperature"):
                LabState.from_json(json.dumps({"stages": [{"name": "temperature", "temperature": temperature}]}))

    @given(st.text(max_size=300))
    def test_any_text_is_a_state_or_a_sentence(self, text):
        with contextlib.suppress(SettingsError):
            assert isinstance(LabState.from_json(text), LabState)


class TestPicture:
    def test_softmax_of_the_chapter(self):
        expected = "6.0907e-02 1.6313e-03 1.0019e-04 5.7212e-01 3.4190e-03 1.3257e-04 1.0120e-04 3.5758e-01 4.0122e-03"
        assert [f"{row['before']:.4e}" for row in picture_of()["rows"]] == expected.split()

    def test_top_k_of_the_chapter(self):
        picture = picture_of(stages=(TopK(3), Temperature(1.0)))
        after = {row["word"]: round(row["after"], 4) for row in picture["rows"] if row["after"]}
        assert after == {"forward": 0.5775, "toward": 0.3610, "closer": 0.0615}
        assert {row["cut"] for row in picture["rows"] if not row["after"]} == {"Top-k"}
        assert [step["chip"] for step in picture["steps"]] == ["softmax", "Top-k 3", "÷ 1"]

    @pytest.mark.parametrize(("temperature", "bits"), [(1.0, 1.317), (0.1, 0.074), (5.0, 2.884)])
    def test_entropy_of_the_chapter(self, temperature, bits):
        assert round(picture_of(stages=(Temperature(temperature),))["after"]["entropy"], 3) == bits

    @settings(max_examples=50)
    @given(
        st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=12),
        st.permutations([TopK(3), Temperature(0.7), Temperature(3.0, on=False)]),
    )
    def test_shows_the_pipelines_own_numbers_and_sums_to_one(self, logits, stages):
        state = LabState(words=tuple((f"w{i}", logit) for i, logit in enumerate(logits)), stages=tuple(stages))
        picture = make_picture(state, toy_source(state))
        expected = Pipeline(stages)(torch.tensor(logits)).softmax(-1).tolist()
        assert [row["after"] for row in picture["rows"]] == expected
        assert sum(row["after"] for row in picture["rows"]) == pytest.approx(1, abs=1e-5)
        assert all(sum(step["p"]) == pytest.approx(1, abs=1e-5) for step in picture["steps"])

    def test_a_large_vocabulary_is_exact_and_its_tail_completes_the_whole(self):
        source = big_source()
        state = LabState(source="model", stages=(TopK(40), Temperature(0.8)), top=20)
        picture = make_picture(state, source)
        assert picture["tail"]["count"] == 50_257 - 20
        before = source.logits.softmax(-1)
        for row in picture["rows"]:
            assert row["before"] == float(before[row["id"]])
            assert row["rank"] == int((before > before[row["id"]]).sum()) + 1
        for which in ("before", "after"):
            assert sum(row[which] for row in picture["rows"]) + picture["tail"][which] == pytest.approx(1, abs=1e-6)
        assert picture["steps"][1]["cut_count"] == 50_257 - 40
        assert picture["scale"] >= max(max(step["p"]) for step in picture["steps"]) * 0.999

    def test_any_token_can_be_found_and_risers_are_shown(self):
        source = big_source()
        last = int(source.logits.argmin())
        state = LabState(source="model", find=f"token {last}", stages=())
        found = make_picture(state, source)["rows"][-1]
        assert (found["id"], found["pinned"], found["rank"]) == (last, True, 50_257)
        bias = [{"name": "logit_bias", "biases": [[last, 60.0]]}]
        lifted = make_picture(LabState(source="model", stages=bias), source)
        assert lifted["rows"][-1]["id"] == last
        assert lifted["rows"][-1]["after"] > 0.99

    def test_fault_59_nothing_left_keeps_the_likeliest_and_says_so(self):
        picture = picture_of(stages=[{"name": "ban", "ids": list(range(9))}])
        assert picture["rows"][3]["after"] == 1
        assert picture["notes"] == ["Banned tokens would have left nothing, so the likeliest token is kept."]

    def test_the_text_so_far_counts_for_penalties(self):
        penalty = [{"name": "presence_penalty", "penalty": 2}]
        rows = picture_of(stages=penalty, prompt="you and pizza")["rows"]
        lowered = [row["word"] for row in rows if row["after"] < row["before"]]
        assert lowered == ["pizza", "you"]


class TestTokens:
    def test_reads_words_ids_numbers_and_quotes(self):
        state = LabState(words=(("a", 1), ("b c", 2), ("-1", 3)))
        source = toy_source(state)
        assert read_tokens('a +2.5, "b c" -1, #2, -1', source) == [(0, 2.5), (1, -1.0), (2, 0.0), (2, 0.0)]
        assert read_tokens(" , ", source) == []

    @pytest.mark.parametrize("text", ["unknown", "#9", "#99999999", "x" * 3000])
    def test_what_is_no_token_is_told(self, text):
        with pytest.raises(SettingsError):
            read_tokens(text, toy_source(LabState()))


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

    def test_pizza_is_fine(self):
        state = LabState(stages=(Temperature(5.0),), follow="pizza")
        draws = make_draws(state, toy_source(state))
        pizza = draws["rows"][PIZZA]
        assert round(pizza["expected"]) == 43
        assert pizza["low"] < pizza["expected"] < pizza["high"]
        assert "pizza came 32 times where 43.0 were expected" in draws["follow"]["text"]
        assert "so 32 is fine" in draws["follow"]["text"]

    def test_a_share_closes_in_on_its_probability(self):
        state = LabState(n=200_000)
        follow = make_draws(state, toy_source(state))["follow"]
        assert follow["n"][-1] == 200_000
        assert abs(follow["share"][-1] - follow["p"]) < 0.005

    def test_the_tail_is_drawn_too(self):
        source = big_source(2_000)
        draws = make_draws(LabState(source="model", stages=(), n=500), source)
        assert sum(row["count"] for row in draws["rows"]) + draws["tail"]["count"] == 500

    @given(st.integers(1, 10**6), st.floats(0, 1), st.floats(0, 1))
    def test_every_count_has_its_sentence(self, n, share, p):
        assert tell("word", round(n * share), p, n)


class TestSweepAndChapter:
    def test_sweep_agrees_with_softmax_and_marks_the_slider(self):
        state = LabState(stages=(TopK(9), Temperature(2.0)))
        sweep = make_sweep(state, toy_source(state))
        logits = torch.tensor([logit for _, logit in state.words])
        for i in (0, 30, 60):
            expected = softmax_with_temperature(logits, sweep["temperatures"][i])
            torch.testing.assert_close(torch.tensor([line["p"][i] for line in sweep["lines"]]), expected)
        assert (sweep["now"], sweep["temperatures"][0], round(sweep["temperatures"][-1], 6)) == (2.0, 0.05, 5.0)

    def test_chapters_table(self):
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

    def test_fault_49_saved_figures_do_not_stay_in_memory(self):
        import gc

        from matplotlib.figure import Figure

        for _ in range(3):
            save_chapter(LabState(), "png")
        gc.collect()
        assert not [thing for thing in gc.get_objects() if type(thing) is Figure]


class TestOrder:
    def test_the_lesson(self):
        state = LabState(**LESSON)
        answer = compare_orders(state, toy_source(state))
        assert "2 words instead of 1" in answer["text"]
        other = LabState(**{**LESSON, "stages": answer["stages"]})
        kept = [
            sum(row["after"] > 0 for row in picture_of(words=s.words, stages=s.stages)["rows"]) for s in (state, other)
        ]
        assert kept == [1, 2]

    def test_where_it_makes_no_difference(self):
        answer = compare_orders(LabState(), toy_source(LabState()))
        assert answer == {"size": 9, "stages": None, "text": "Here the order of the stages makes no difference."}
        assert "fewer than two" in compare_orders(LabState(stages=()), toy_source(LabState()))["text"]


class TestCatalogue:
    def test_every_stage_is_there_and_starts_within_its_bounds(self):
        catalogue = make_catalogue()
        assert len(catalogue["stages"]) == len(stage_kinds()) >= 16
        for name, stage in catalogue["stages"].items():
            entry = {"name": name} | {field["name"]: field["start"] for field in stage["fields"]}
            assert LabState(stages=[entry]).pipeline.stages[0].name == name
            for field in stage["fields"]:
                for edge in ("min", "max"):
                    if field["kind"] in ("int", "number"):
                        value = 0.99 if name.endswith("_cutoff") and edge == "max" else field[edge]  # below 1
                        LabState(stages=[entry | {field["name"]: value}])

    def test_orders_can_be_taken(self):
        orders = make_catalogue()["orders"]
        assert list(orders) == ["the chapter", "transformers", "llama.cpp"]
        for stages in orders.values():
            assert LabState(stages=stages).pipeline


class TestExercises:
    def test_5_1_is_the_chapters(self):
        rows = answer_exercise("5.1")["rows"]
        assert [row[1] for row in rows] == ["0", "0", "32"]
        assert [row[3] for row in rows] == ["1.012e-04", "2.972e-38", "4.30 %"]

    def test_5_3_finds_what_is_certain(self):
        rows = {row[0]: row[1:] for row in answer_exercise("5.3")["rows"]}
        assert rows["T = 0"] == rows["top-k 1"] == ["0.000", "1,000", "1"]
        assert rows["T = 0.1"] == ["0.074", "985", "2"]

    def test_5_2_low_says_less_than_high(self):
        (_, low, few), (_, high, many) = answer_exercise("5.2")["rows"]
        assert float(low) < float(high)
        assert len(set(few.split())) < len(set(many.split()))

    def test_set_ups_are_states(self):
        for card in make_cards():
            for set_up in card["set_ups"]:
                assert LabState(**set_up["state"]).n == 1000

    def test_unknown_ones_are_refused(self):
        with pytest.raises(SettingsError, match=r"5\.1, 5\.2 or 5\.3"):
            answer_exercise("9.9")


def test_wilson_band_is_symmetric_around_a_half():
    state = LabState(words=(("heads", 0), ("tails", 0)), stages=(), n=100)
    heads, tails = make_draws(state, toy_source(state))["rows"]
    assert heads["low"] + tails["high"] == pytest.approx(100)
    assert math.isclose(heads["expected"], 50)
