"""Texts side by side: settings, seeds, steps."""

import json
from dataclasses import replace
from unittest.mock import ANY

import pytest

from playground.config import DecodeConfig
from playground.sampling import generate, stream
from playground.training.runs.recorded import NAME
from playground.ui.context import Context, Limits, LoadedModels
from playground.ui.tabs.generate.copied import CopyFinder
from playground.ui.tabs.generate.lanes import FORM_SETTINGS, NAMED_SETTINGS, LaneWriter
from playground.ui.tabs.generate.start import Start
from playground.ui.tabs.generate.streams import LogStreams


@pytest.fixture
def streams():
    return LogStreams()


@pytest.fixture
def lanes(context, streams):
    return LaneWriter(context, streams, CopyFinder(context))


DECODE = DecodeConfig(max_new_tokens=10, temperature=1.2, top_k=20, seed=4)
START = Start("tale", "last", "The rain had", lambda: DECODE)


def read(logs):
    lines = [json.loads(each) for each in list(logs)[-1].split("\n") if each]
    head = next((each for each in lines if each.get("kind") == "lanes"), None)
    texts: dict[int, list[int]] = {}
    for each in lines:
        if "kind" not in each:
            texts.setdefault(each["lane"], []).append(each["i"])
    scores = {each["lane"]: each for each in lines if each.get("kind") == "score"}
    return head, texts, scores, lines[-1]


def test_settings_side_by_side(lanes, context):
    head, texts, scores, _ = read(lanes.settings(START, [FORM_SETTINGS, "Greedy", "Beam search, 4 wide"]))
    assert [lane["title"] for lane in head["lanes"]] == [FORM_SETTINGS, "Greedy", "Beam search, 4 wide"]
    model, tokenizer = context.models.get("tale")
    ids = tokenizer.encode("The rain had")
    import torch

    assert texts[0] == [step.id for step in stream(model, ids, DECODE)]
    assert texts[1] == generate(model, torch.tensor([ids]), 10, 16)[0, len(ids) :].tolist()
    assert set(scores) == {0, 1, 2}
    for score in scores.values():
        assert score["n"] == 10
        assert score["perplexity"] >= 1
        assert all(0 <= score[name] <= 1 for name in ("distinct", "repetition", "copied"))
    assert scores[2]["mean"] >= scores[1]["mean"] - 1e-6  # what a beam search is for


def test_every_named_setting_runs(lanes):
    names = list(NAMED_SETTINGS)
    for few in (names[:4], names[4:]):
        _, texts, _, end = read(lanes.settings(START, few))
        assert end["kind"] != "error", end
        assert [len(text) for text in texts.values()] == [10] * len(few)


def test_samples_equal_single_texts_with_their_seeds(lanes, context):
    head, texts, _, _ = read(lanes.seeds(START, 3))
    model, tokenizer = context.models.get("tale")
    ids = tokenizer.encode("The rain had")
    for number, seed in enumerate((4, 5, 6)):
        assert texts[number] == [step.id for step in stream(model, ids, DECODE.replace(seed=seed))]
    assert head["rated"]


def test_texts_at_the_steps_of_a_run(lanes, context):
    head, texts, scores, _ = read(lanes.steps(START))
    run = context.store.open("tale")
    assert [lane["step"] for lane in head["lanes"]] == [0, 1, 2]
    assert [lane["title"] for lane in head["lanes"]] == ["Step 0, untrained", "Step 1", "Step 2"]
    assert head["lanes"][0]["note"].startswith("Loss at step 1: training ")
    assert head["lanes"][1]["note"].startswith("Loss: training ")
    for step in range(3):
        model = run.load_model(step)
        assert texts[step] == [each.id for each in stream(model, run.tokenizer.encode("The rain had"), DECODE)]
    assert set(scores) == {0, 1, 2}


def test_the_steps_of_a_run_evict_no_other_model_from_memory(context):
    few = LoadedModels(context.store, max_models=2)
    other, tale = few.get("tale", 1)[0], few.get("tale", 2)[0]
    lanes = LaneWriter(replace(context, models=few), LogStreams(), CopyFinder(context))
    assert read(lanes.steps(START))[1].keys() == {0, 1, 2}
    assert len(few) == 2
    assert few.get("tale", 1)[0] is other
    assert few.get("tale", 2)[0] is tale


@pytest.mark.parametrize(("tokens", "texts"), [(10, 3), (33, 3), (34, 2), (50, 2)])
def test_long_texts_are_written_at_fewer_steps(context, monkeypatch, tokens, texts):
    monkeypatch.setattr("playground.ui.tabs.generate.lanes.MAX_LONG_TEXTS", 2)
    limited = replace(context, limits=Limits(max_new_tokens=50))
    desk = Start("tale", "last", "The rain had", lambda: DECODE.replace(max_new_tokens=tokens, stop_at_end=False))
    head, *_ = read(LaneWriter(limited, LogStreams(), CopyFinder(limited)).steps(desk))
    assert len(head["lanes"]) == texts
    assert [head["lanes"][k]["step"] for k in (0, -1)] == [0, 2]


def test_a_text_that_is_stopped_leaves_the_later_steps_unwritten(lanes, streams):
    log = lanes.steps(START)
    job = json.loads(next(log).split("\n")[0])["job"]
    streams.stop(job)
    *_, whole = log
    lines = [json.loads(each) for each in whole.split("\n") if each]
    assert [each.get("lane") for each in lines if "kind" not in each] == [0]
    assert len([each for each in lines if each.get("kind") == "score"]) == 3


@pytest.mark.parametrize("names", [[], ["Greedy"], ["Greedy"] * 7, ["Greedy", "Magic"]])
def test_what_cannot_be_compared_is_one_sentence(lanes, names):
    *_, end = read(lanes.settings(START, names))
    assert end["kind"] == "error"


@pytest.mark.parametrize("n", [0, 17, None, 1.5, float("nan")])
def test_too_many_samples_are_one_sentence(lanes, n):
    *_, end = read(lanes.seeds(START, n))
    assert end["kind"] == "error"
    assert "16" in end["says"]


def test_a_start_without_a_run_is_one_sentence(lanes):
    for logs in (
        lanes.settings(Start(None, None, "x", lambda: DECODE), ["Greedy", FORM_SETTINGS]),
        lanes.seeds(Start("tale", "last", "", lambda: DECODE), 2),
        lanes.steps(Start("gone", "last", "x", lambda: DECODE)),
    ):
        assert read(logs)[-1]["kind"] == "error"


def test_a_run_that_kept_one_step_shows_the_texts_of_its_training_and_why(tmp_path, streams):
    context = Context.open(tmp_path, recorded_run=True)
    lanes = LaneWriter(context, streams, CopyFinder(context))
    logs = list(lanes.steps(replace(START, run=NAME)))
    head, _, scores, _ = read(logs)
    written = [json.loads(each)["text"] for each in logs[-1].split("\n") if '"kind":"text"' in each]
    assert len(head["lanes"]) == len(written) == 20
    assert head["lanes"][0] == {"title": "Step 9", "note": ANY, "step": 9}
    assert head["note"].startswith("This run kept the weights of one step only.")
    assert written[0].startswith(" the the the")
    assert head["prompt"] == "Every effort moves you"
    assert scores[0]["copied"] == 0 < scores[19]["copied"]
    assert scores[0]["repetition"] > scores[19]["repetition"]
