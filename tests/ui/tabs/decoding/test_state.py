"""The laboratory's state: its defaults, and what it refuses."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import SettingsError
from playground.sampling import Temperature, TopK
from playground.ui.tabs.decoding.state import START, LabState

from .shared import picture_of


class TestState:
    def test_defaults_are_the_chapters(self):
        state = LabState()
        words = " ".join(word for word, _ in state.words)
        assert words == "closer every effort forward inches moves pizza toward you"
        assert [logit for _, logit in state.words] == [4.51, 0.89, -1.90, 6.75, 1.63, -1.62, -1.89, 6.28, 1.79]
        assert (state.n, state.seed) == (1000, 123)

    def test_the_page_opens_with_the_chapters_words_at_a_temperature_that_changes_something(self):
        rows = picture_of(stages=START.stages)["rows"]
        assert START.words == LabState().words
        assert max(abs(row["after"] - row["before"]) for row in rows) > 0.1

    def test_an_empty_address_is_the_chapters_state(self):
        assert LabState.from_json("{}") == LabState()
        assert LabState().stages == (TopK(9), Temperature(1.0))
        assert LabState().lessons == ()

    def test_an_address_made_by_an_earlier_version_still_opens(self):
        text = (
            '{"stages":[{"on":true,"name":"top_k","k":3},{"on":false,"name":"temperature","temperature":0.7},'
            '{"on":true,"name":"logit_bias","biases":[[6,2.5]]},{"on":true,"name":"ban","ids":[1]}],'
            '"n":5000,"seed":7,"follow":"pizza","log":true,"words":[["you & I",1.5],["pizza",-2]]}'
        )
        state = LabState.from_json(text)
        assert (state.n, state.seed, state.follow, state.log) == (5000, 7, "pizza", True)
        assert state.words == (("you & I", 1.5), ("pizza", -2.0))
        assert [(stage.name, stage.on) for stage in state.stages] == [
            ("top_k", True),
            ("temperature", False),
            ("logit_bias", True),
            ("ban", True),
        ]
        assert LabState.from_json('{"source":"model","run":"clock","step":500,"find":" pizza"}').step == 500

    def test_a_state_longer_than_the_limit_is_refused(self):
        ids = [8] * 9_000
        with pytest.raises(SettingsError, match="too long"):
            LabState(stages=[{"name": "ban", "ids": ids}] * 3)
        with pytest.raises(SettingsError, match="too long"):
            LabState.from_json(" " * 50_001)
        assert LabState.from_json(json.dumps({"stages": [{"name": "ban", "ids": ids}]})).stages

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
    def test_refuses_invalid_fields(self, text, about):
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

    def test_fault_11_an_unknown_choice_is_refused(self):
        for text in ('{"source": "elsewhere"}', '{"step": "first"}', '{"stages": [{"name": "top_z"}]}'):
            with pytest.raises(SettingsError):
                LabState.from_json(text)

    def test_fault_57_top_k_below_one_is_refused_and_above_the_vocabulary_keeps_all(self):
        for k in (0, -1):
            with pytest.raises(SettingsError, match="Top-k"):
                LabState.from_json(json.dumps({"stages": [{"name": "top_k", "k": k}]}))
        picture = picture_of(stages=(TopK(200_000),))
        assert [row["after"] for row in picture["rows"]] == [row["before"] for row in picture["rows"]]

    def test_fault_58_temperature_zero_is_greedy_and_tiny_ones_are_refused(self):
        picture = picture_of(stages=(Temperature(0.0),))
        assert [row["after"] for row in picture["rows"]] == [0, 0, 0, 1, 0, 0, 0, 0, 0]
        for temperature in (1e-9, -1):
            with pytest.raises(SettingsError, match="Temperature"):
                LabState.from_json(json.dumps({"stages": [{"name": "temperature", "temperature": temperature}]}))

    @given(st.text(max_size=300))
    def test_any_text_is_read_or_refused(self, text):
        with contextlib.suppress(SettingsError):
            assert isinstance(LabState.from_json(text), LabState)
