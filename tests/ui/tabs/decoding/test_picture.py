"""The laboratory's picture agrees with the chapter and the pipeline; tokens typed by hand are read."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.errors import SettingsError
from playground.sampling import Pipeline, Temperature, TopK
from playground.ui.tabs.decoding.picture import make_picture
from playground.ui.tabs.decoding.source import read_tokens, toy_source
from playground.ui.tabs.decoding.state import LabState

from .shared import big_source, picture_of


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
    def test_shows_the_numbers_of_the_pipeline_and_sums_to_one(self, logits, stages):
        state = LabState(words=tuple((f"w{i}", logit) for i, logit in enumerate(logits)), stages=tuple(stages))
        picture = make_picture(state, toy_source(state))
        expected = Pipeline(stages)(torch.tensor(logits)).softmax(-1).tolist()
        assert [row["after"] for row in picture["rows"]] == expected
        assert sum(row["after"] for row in picture["rows"]) == pytest.approx(1, abs=1e-5)
        assert all(sum(step["p"]) == pytest.approx(1, abs=1e-5) for step in picture["steps"])

    def test_a_large_vocabulary_is_exact_and_sums_to_one_with_its_tail(self):
        source = big_source()
        state = LabState(source="model", stages=(TopK(40), Temperature(0.8)), top=20)
        picture = make_picture(state, source)
        assert picture["tail"]["count"] == 50_257 - 20
        before = source.logits.softmax(-1)
        for row in picture["rows"]:
            assert row["before"] == float(before[row["id"]])
            assert row["rank"] == int((before > before[row["id"]]).sum()) + 1
        tail = picture["tail"]
        for which, rest in (("before", tail["before"] + tail["cut_before"]), ("after", tail["after"])):
            assert sum(row[which] for row in picture["rows"]) + rest == pytest.approx(1, abs=1e-6)
        assert picture["steps"][1]["cut_count"] == 50_257 - 40
        assert picture["scale"] >= max(max(step["p"]) for step in picture["steps"]) * 0.999

    def test_after_top_k_the_other_tokens_have_exactly_nothing(self):
        source = big_source(1_690)
        tail = make_picture(LabState(source="model", stages=(TopK(9),), top=20), source)["tail"]
        assert (tail["count"], tail["kept"], tail["before"], tail["after"]) == (1_670, 0, 0, 0)
        assert tail["cut_before"] > 0

    def test_other_tokens_are_those_that_can_still_be_drawn(self):
        source = big_source(1_690)
        picture = make_picture(LabState(source="model", stages=(TopK(200),), top=20), source)
        tail, before = picture["tail"], source.logits.softmax(-1)
        order = before.argsort(descending=True)
        assert (tail["count"], tail["kept"]) == (1_670, 180)
        assert tail["before"] == pytest.approx(float(before[order[20:200]].sum()), abs=1e-6)
        assert tail["cut_before"] == pytest.approx(float(before[order[200:]].sum()), abs=1e-6)
        assert picture["steps"][1]["p"][-1] == tail["after"] > 0

    def test_any_token_can_be_found_and_raised_tokens_are_shown(self):
        source = big_source()
        last = int(source.logits.argmin())
        state = LabState(source="model", find=f"token {last}", stages=())
        found = make_picture(state, source)["rows"][-1]
        assert (found["id"], found["pinned"], found["rank"]) == (last, True, 50_257)
        bias = [{"name": "logit_bias", "biases": [[last, 60.0]]}]
        lifted = make_picture(LabState(source="model", stages=bias), source)
        assert lifted["rows"][-1]["id"] == last
        assert lifted["rows"][-1]["after"] > 0.99

    @pytest.mark.parametrize(
        ("stage", "text"),
        [
            ({"name": "temperature", "temperature": 0.5}, "T = 0.5"),
            ({"name": "top_k", "k": 3}, "k = 3"),
            ({"name": "ban", "ids": [6]}, ""),
            ({"name": "logit_bias", "biases": [[6, 2.5]]}, ""),
            (
                {"name": "dry", "breakers": [6]},
                "multiplier 0.8, base 1.75, allowed length 2",
            ),
        ],
    )
    def test_settings_are_named_without_lists_of_tokens(self, stage, text):
        assert picture_of(stages=[stage])["steps"][1]["setting"] == text

    def test_fault_59_a_stage_that_removes_everything_keeps_the_likeliest_and_says_so(self):
        picture = picture_of(stages=[{"name": "ban", "ids": list(range(9))}])
        assert picture["rows"][3]["after"] == 1
        assert picture["notes"] == ["Banned tokens would have left nothing, so the likeliest token is kept."]

    def test_penalties_apply_to_words_of_the_prompt(self):
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
    def test_unknown_tokens_are_refused(self, text):
        with pytest.raises(SettingsError):
            read_tokens(text, toy_source(LabState()))
