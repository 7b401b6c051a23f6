"""The server functions of the laboratory as anyone may call them: JSON in, numbers or one sentence out."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
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
from playground.ui.context import Context
from playground.ui.exchange import server_function
from playground.ui.tabs.decoding.server import Laboratory
from playground.ui.tabs.decoding.state import LabState
from playground.ui.tabs.decoding.worker import Worker
from playground.ui.tabs.train.news import RunNews

TEXT = "The old clock in the tower struck seven, and the whole town listened. " * 20
TAKE_A_STATE = ["trace", "order", "draws", "sweep", "chapter"]
ALL = [*TAKE_A_STATE, "save", "tokens", "exercise"]


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


class Page:
    """Calls the server functions as Gradio does for the page."""

    def __init__(self, context: Context) -> None:
        self.lab = Laboratory(context)

    def ask(self, name: str, query: object) -> dict:
        return server_function(getattr(self.lab, name))(query)


@pytest.fixture(scope="module")
def page(context):
    return Page(context)


def state_of(**changes) -> dict:
    """The state as the browser sends it."""
    return LabState(**changes).model_dump(mode="json")


def test_train_and_decoding_guess_the_same_next_tokens_of_a_run_a_step_and_a_prompt(page, context):
    prompt = context.store.open("clock").spec.train.start_context
    guessed = {row["step"]: row["probe"] for row in RunNews(context.store, context.jobs).since("clock")["evals"]}
    assert 4 in guessed
    for step in guessed.keys() & set(context.store.open("clock").steps()):
        picture = page.ask("trace", state_of(source="model", run="clock", step=step, prompt=prompt))
        shown = [(row["word"], row["before"]) for row in picture["rows"]][: len(guessed[step])]
        assert [name for name, _ in shown] == [name for name, _ in guessed[step]]
        assert [share for _, share in shown] == pytest.approx([share for _, share in guessed[step]], rel=1e-4)


def model_state(**changes) -> dict:
    """A state that asks the trained model."""
    return state_of(**{"source": "model", "run": "clock", "prompt": "The old", **changes})


class TestModel:
    def test_shows_the_models_own_softmax_over_its_whole_vocabulary(self, page, context):
        stages = (TopK(5), Temperature(0.7))
        picture = page.ask("trace", model_state(stages=stages, top=50))
        model, tokenizer = context.models.get("clock")
        before = next_token_logits(model, encode("The old", tokenizer)).softmax(-1)
        assert picture["size"] == len(before) == tokenizer.n_vocab
        for row in picture["rows"]:
            assert row["before"] == pytest.approx(float(before[row["id"]]), abs=1e-7)
        assert sum(row["after"] > 0 for row in picture["rows"]) == 5

    def test_each_step_has_its_own_model(self, page, context):
        first, *_, last = context.store.open("clock").model_steps()
        early, late = (page.ask("trace", model_state(step=step)) for step in (first, last))
        assert early["before"]["entropy"] != late["before"]["entropy"]
        assert late == page.ask("trace", model_state(step="last"))

    def test_fault_61_an_empty_prompt_is_refused_and_a_long_one_is_cropped(self, page):
        assert "prompt is empty" in page.ask("trace", model_state(prompt=""))["error"]
        assert "rows" in page.ask("trace", model_state(prompt="clock " * 200))

    def test_a_token_is_found_by_text_or_id(self, page):
        by_text = page.ask("trace", model_state(find=" tower", top=5))
        (pinned,) = [row for row in by_text["rows"] if row["pinned"]]
        assert pinned["word"] == " tower"
        assert page.ask("trace", model_state(find=f"#{pinned['id']}", top=5)) == by_text
        assert "No single token" in page.ask("trace", model_state(find="no token reads like this"))["error"]

    def test_draws_and_sweep_use_the_model_too(self, page):
        draws = page.ask("draws", model_state(n=200))
        assert sum(row["count"] for row in draws["rows"]) + draws["tail"]["count"] == 200
        assert len(page.ask("sweep", model_state())["lines"]) == 9

    @pytest.mark.parametrize("run", ["", "gone", "../clock", "CON", "x" * 64])
    def test_fault_17_an_unknown_run_is_refused_with_a_sentence(self, page, run):
        sentence = page.ask("trace", model_state(run=run))["error"]
        assert sentence
        assert "\n" not in sentence

    def test_an_unknown_step_is_refused_with_a_sentence(self, page):
        assert page.ask("trace", model_state(step=999))["error"]

    def test_a_prompt_is_run_through_the_model_once(self, context, monkeypatch):
        page, calls = Page(context), []

        def count(*arguments):
            calls.append(arguments)
            return next_token_logits(*arguments)

        monkeypatch.setattr("playground.ui.tabs.decoding.source.next_token_logits", count)
        for temperature in (0.5, 1.0, 2.0):
            page.ask("trace", model_state(stages=(Temperature(temperature),)))
        assert len(calls) == 1
        page.ask("trace", model_state(prompt="The new"))
        assert len(calls) == 2

    def test_a_new_run_with_the_name_of_a_deleted_one_shows_its_own_model(self, tmp_path):
        made = Context.open(tmp_path)
        page, entropies = Page(made), []
        for seed in (1, 2):
            train = TrainConfig(max_steps=1, eval_iter=1, sample_tokens=0, threads=1, seed=seed)
            model = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
            run = made.store.create("clock", TEXT, model, DataConfig(batch_size=2), train)
            for _ in run_training(run):
                pass
            entropies.append(page.ask("trace", model_state())["before"]["entropy"])
            made.store.delete("clock")
            made.models.forget("clock")
        assert entropies[0] != entropies[1]


class TestQueries:
    @pytest.mark.parametrize("name", ALL)
    @pytest.mark.parametrize("query", [None, 7, [], {}, "", "null", "[]", "{", {"state": 3}, "\x00", "9" * 60_000])
    def test_fault_13_any_query_gets_an_answer_or_a_sentence(self, page, name, query):
        answer = page.ask(name, query)
        assert isinstance(answer, dict)
        assert "error" not in answer or "\n" not in answer["error"]

    @pytest.mark.parametrize("name", TAKE_A_STATE)
    @pytest.mark.parametrize("text", [None, 7, [], {}, "", "null", "[]", "{", '{"n": 0}', "\x00", "9" * 60_000])
    def test_fault_13_an_endpoint_answers_any_text_with_numbers_or_a_sentence(self, page, name, text):
        answer = page.lab.endpoints()[name](text)
        assert answer["error"]
        assert "\n" not in answer["error"]

    @settings(max_examples=60, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(["words", "stages", "seed", "top", "find", "follow", "prompt", "source", "run"]),
            st.none() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3),
        )
    )
    def test_any_fields_get_an_answer_or_a_sentence(self, page, state):
        assert isinstance(page.ask("trace", state), dict)
        assert isinstance(page.lab.endpoints()["trace"](json.dumps(state)), dict)

    def test_an_endpoint_answers_like_the_server_function(self, page):
        for name, endpoint in page.lab.endpoints().items():
            state = state_of(seed=7, stages=(TopK(3), Temperature(0.5)))
            assert endpoint(json.dumps(state)) == page.ask(name, state)

    def test_a_state_that_is_too_long_is_refused(self, page):
        state = {"stages": [{"name": "ban", "ids": [8] * 10_000}] * 3}
        assert "too long" in page.ask("trace", state)["error"]

    def test_answers_are_json_without_nan(self, page):
        for name in TAKE_A_STATE:
            state = state_of(stages=(TopK(1), Temperature(0.0)), words=(("only", 3.0),))
            json.dumps(page.ask(name, state), allow_nan=False)

    def test_tokens_typed_by_hand(self, page):
        assert page.ask("tokens", {"state": state_of(), "text": "pizza +2"}) == {"pairs": [[6, 2.0]]}
        assert "unknown" in page.ask("tokens", {"state": state_of(), "text": "unknown"})["error"]

    def test_saved_figures_are_files(self, page):
        answer = page.ask("save", {"state": state_of(), "suffix": "pdf"})
        assert answer["name"] == "temperatures.pdf"
        assert base64.b64decode(answer["data"]).startswith(b"%PDF")
        assert "pdf or png" in page.ask("save", {"state": state_of(), "suffix": "../x"})["error"]

    def test_exercises_have_results(self, page):
        assert page.ask("exercise", {"number": "5.1"})["rows"][2] == ["T = 5", "32", "43.0", "4.30 %"]
        assert "5.1, 5.2 or 5.3" in page.ask("exercise", {"number": "9.9"})["error"]


class TestWorker:
    def test_computes_with_one_thread_and_leaves_other_threads_alone(self):
        torch.set_num_threads(2)
        assert Worker().run(torch.get_num_threads) == 1
        assert torch.get_num_threads() == 2

    def test_a_call_that_has_to_wait_too_long_is_refused_as_busy(self):
        worker, started, go_on = Worker(timeout_s=0.05), Event(), Event()

        def hold():
            started.set()
            go_on.wait(20)

        with ThreadPoolExecutor(1) as others:
            others.submit(worker.run, hold)
            started.wait(20)
            with pytest.raises(BusyError, match="try again"):
                worker.run(lambda: None)
            go_on.set()
