"""The laboratory's questions as anybody may send them: JSON in, JSON or one sentence out."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import BusyError
from playground.sampling import Temperature, TopK
from playground.sampling.generate import next_token_logits
from playground.text.tokenizer import encode
from playground.training.jobs.session import run_training
from playground.ui.context import Context, Limits
from playground.ui.tabs.decoding.one_thread import OneThread
from playground.ui.tabs.decoding.server import Laboratory
from playground.ui.tabs.decoding.state import LabState

TEXT = "The old clock in the tower struck seven, and the whole town listened. " * 20


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """One trained run with two checkpoints."""
    made = Context.open(tmp_path_factory.mktemp("runs"))
    model = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
    train = TrainConfig(max_steps=4, save_freq=2, eval_iter=1, eval_freq=10, sample_tokens=0, threads=1)
    run = made.store.create("clock", TEXT, model, DataConfig(batch_size=2), train)
    for _ in run_training(run):
        pass
    return made


@pytest.fixture(scope="module")
def lab(context):
    return Laboratory(context)


def asked(**changes) -> str:
    return LabState(**{"source": "model", "run": "clock", "prompt": "The old", **changes}).to_json()


class TestModel:
    def test_is_the_models_own_softmax_over_its_whole_vocabulary(self, lab, context):
        stages = (TopK(5), Temperature(0.7))
        picture = lab.trace(asked(stages=stages, top=50))
        model, tokenizer = context.models.get("clock")
        before = next_token_logits(model, encode("The old", tokenizer)).softmax(-1)
        assert picture["size"] == len(before) == tokenizer.n_vocab
        for row in picture["rows"]:
            assert row["before"] == pytest.approx(float(before[row["id"]]), abs=1e-7)
        assert sum(row["after"] > 0 for row in picture["rows"]) == 5

    def test_a_step_can_be_chosen_and_differs(self, lab):
        runs = lab.runs()["runs"]
        assert [run["name"] for run in runs] == ["clock"]
        first, last = runs[0]["steps"][0], runs[0]["steps"][-1]
        early, late = (lab.trace(asked(step=step)) for step in (first, last))
        assert early["before"]["entropy"] != late["before"]["entropy"]
        assert late == lab.trace(asked(step="last"))

    def test_fault_61_an_empty_prompt_is_told_and_a_long_one_is_cropped(self, lab):
        assert "prompt is empty" in lab.trace(asked(prompt=""))["error"]
        assert "rows" in lab.trace(asked(prompt="clock " * 200))

    def test_a_token_is_found_by_text_or_id(self, lab):
        by_text = lab.trace(asked(find=" tower", top=5))
        (pinned,) = [row for row in by_text["rows"] if row["pinned"]]
        assert pinned["word"] == " tower"
        assert lab.trace(asked(find=f"#{pinned['id']}", top=5)) == by_text
        assert "No single token" in lab.trace(asked(find="no token reads like this"))["error"]

    def test_draws_and_sweep_take_the_model_too(self, lab):
        draws = lab.draws(asked(n=200))
        assert sum(row["count"] for row in draws["rows"]) + draws["tail"]["count"] == 200
        assert len(lab.sweep(asked())["lines"]) == 9

    @pytest.mark.parametrize("run", ["", "gone", "../clock", "CON", "x" * 64])
    def test_fault_17_a_run_that_is_none_is_a_sentence(self, lab, run):
        sentence = lab.trace(asked(run=run))["error"]
        assert sentence
        assert "\n" not in sentence

    def test_a_step_that_is_none_is_a_sentence(self, lab):
        assert lab.trace(asked(step=999))["error"]

    def test_fault_47_a_public_server_lists_nobodys_runs(self, context):
        public = Laboratory(replace(context, limits=Limits.public()))
        assert public.runs() == {"runs": []}


class TestQuestions:
    @pytest.mark.parametrize("name", ["trace", "order", "draws", "sweep", "chapter", "save", "tokens", "exercise"])
    @pytest.mark.parametrize("request_", [None, 7, [], {}, "", "null", "[]", "{", '{"state": 3}', "\x00", "9" * 60_000])
    def test_fault_13_any_request_gets_an_answer_or_a_sentence(self, lab, name, request_):
        answer = getattr(lab, name)(request_)
        assert isinstance(answer, dict)
        assert "error" not in answer or "\n" not in answer["error"]

    @settings(max_examples=60, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(["words", "stages", "n", "seed", "top", "find", "follow", "prompt", "source", "run"]),
            st.none() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3),
        )
    )
    def test_any_json_gets_an_answer_or_a_sentence(self, lab, state):
        state.pop("n", None)
        assert isinstance(lab.trace(json.dumps(state)), dict)

    def test_answers_are_json_without_nan(self, lab):
        for name in ("trace", "order", "draws", "sweep", "chapter"):
            state = LabState(stages=(TopK(1), Temperature(0.0)), words=(("only", 3.0),))
            json.dumps(getattr(lab, name)(state.to_json()), allow_nan=False)

    def test_tokens_by_hand(self, lab):
        state = LabState().to_json()
        assert lab.tokens(json.dumps({"state": state, "text": "pizza +2"})) == {"pairs": [(6, 2.0)]}
        assert "unknown" in lab.tokens(json.dumps({"state": state, "text": "unknown"}))["error"]

    def test_saved_pictures_are_files(self, lab):
        answer = lab.save(json.dumps({"state": LabState().to_json(), "suffix": "pdf"}))
        assert answer["name"] == "temperatures.pdf"
        assert base64.b64decode(answer["data"]).startswith(b"%PDF")


class TestOneThread:
    def test_leaves_the_threads_of_others_alone(self):
        torch.set_num_threads(2)
        assert OneThread().run(torch.get_num_threads) == 1
        assert torch.get_num_threads() == 2

    def test_a_turn_that_does_not_come_is_a_sentence(self):
        worker, started, go_on = OneThread(patience_s=0.05), Event(), Event()

        def hold():
            started.set()
            go_on.wait(20)

        with ThreadPoolExecutor(1) as others:
            others.submit(worker.run, hold)
            started.wait(20)
            with pytest.raises(BusyError, match="try again"):
                worker.run(lambda: None)
            go_on.set()
