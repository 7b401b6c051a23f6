"""The eight lessons of the tour: their figures are the book's or the recorded run's, and they name what exists."""

import json
import math
import re

import pytest
import torch

from playground.sampling.toy import TOY_LOGITS, TOY_VOCABULARY, count_draws
from playground.text.samples import load_sample
from playground.training.runs.recorded import NAME, bring_in_recorded
from playground.training.runs.store import RunStore
from playground.ui.build import TABS
from playground.ui.lessons.figures import recorded_figures
from playground.ui.lessons.lesson import HIDEABLE
from playground.ui.lessons.tour import PIZZAS_DRAWN, PROMPT_FROM_STORY, make_lessons
from playground.ui.tabs.decoding.state import LabState

LESSONS = {lesson["id"]: lesson for lesson in make_lessons()}


def text_of(lesson) -> str:
    return " ".join(str(lesson[part]) for part in ("question", "guess", "task", "answer", "why"))


def test_the_tour_has_its_eight_lessons_in_order() -> None:
    assert [lesson["title"] for lesson in make_lessons()] == [
        "What training changes",
        "What 10.79 is",
        "Where memorising begins",
        "What temperature does to “pizza”",
        "Why the order matters",
        "What else it could have said",
        "Recited or invented",
        "What the real thing costs",
    ]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_lesson_asks_one_question_and_says_why_in_one_sentence(lesson) -> None:
    assert lesson["question"].count("?") <= 1
    assert re.fullmatch(r"[^.?!]+(\.\d[^.?!]*)*\.", lesson["why"]), lesson["why"]
    assert lesson["done"] is None or lesson["task"]
    assert "nan" not in text_of(lesson)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_lesson_names_what_exists(lesson) -> None:
    assert lesson["tab"] in TABS
    assert {*lesson["hide"], *lesson["conceal"]} <= set(HIDEABLE)
    assert set(lesson["parameters"]) <= {"moment", "lab", "desk"}
    assert lesson["place"].get("run", NAME) == NAME
    if "lab" in lesson["parameters"]:
        assert LabState.from_json(lesson["parameters"]["lab"]).to_json() == lesson["parameters"]["lab"]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_the_right_answer_is_one_of_those_to_choose_from(lesson) -> None:
    guess = lesson["guess"]
    if "answers" in guess:
        assert guess["right"] is None or 0 <= guess["right"] < len(guess["answers"])
        assert len(set(guess["answers"])) == len(guess["answers"])


def test_the_figures_of_the_chapter_are_exact() -> None:
    guessing = text_of(LESSONS["guessing"])
    for figure in ("10.7940", "48,725.8", "50,257", f"ln 50,257 = {math.log(50_257):.2f}", "About 48,726"):
        assert figure in guessing
    assert math.exp(10.7940) == pytest.approx(48_725.8, rel=1e-4)
    assert LESSONS["guessing"]["guess"]["right"] == 2
    pizza = text_of(LESSONS["pizza"])
    for figure in ("4.30 %", "43", str(PIZZAS_DRAWN), "10,000"):
        assert figure in pizza
    hot = torch.softmax(TOY_LOGITS / 5, dim=-1)
    assert count_draws(hot, 1000)[TOY_VOCABULARY["pizza"]] == PIZZAS_DRAWN
    assert "184,320" in text_of(LESSONS["cost"])
    assert "$691,200" in text_of(LESSONS["cost"])


def test_the_ratios_of_the_pizza_lesson_are_those_of_the_probabilities() -> None:
    forward, pizza = TOY_VOCABULARY["forward"], TOY_VOCABULARY["pizza"]
    ratios = [(probs[forward] / probs[pizza]).item() for probs in (torch.softmax(TOY_LOGITS / t, -1) for t in (1, 5))]
    assert f"{ratios[0]:,.0f} times" in LESSONS["pizza"]["why"]
    assert f"{ratios[1]:.1f} times" in LESSONS["pizza"]["why"]


def test_the_other_order_keeps_one_word_more() -> None:
    guess = LESSONS["order"]["guess"]
    assert guess["answers"][guess["right"]] == "2"
    assert "1 of them is kept" in LESSONS["order"]["question"]
    assert "87 %" in LESSONS["order"]["why"]
    assert "67 %" in LESSONS["order"]["why"]
    stages = LabState.from_json(LESSONS["order"]["parameters"]["lab"]).stages
    assert LESSONS["order"]["done"]["order"] == [stage.name for stage in reversed(stages)]


def test_the_figures_of_the_recorded_run_are_in_its_log(tmp_path) -> None:
    store = RunStore(tmp_path / "runs")
    bring_in_recorded(store)
    run = store.open(NAME)
    lines = (tmp_path / "runs" / NAME / "events.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row.get("val_loss") is not None]
    best = min(rows, key=lambda row: row["val_loss"])
    figures = recorded_figures()
    assert (figures.best["step"], figures.first["step"], figures.last["step"]) == (best["step"], 1, rows[-1]["step"])
    assert LESSONS["memorising"]["guess"]["step"] == best["step"]
    assert f"{best['val_loss']:.3f}" in LESSONS["memorising"]["answer"]
    assert f"{rows[-1]['train_loss']:.3f}" in LESSONS["memorising"]["answer"]
    assert f"{run.spec.train.epochs} times" in LESSONS["instead"]["answer"]
    assert f"ln 1,690 = {math.log(run.spec.model.vocab_size):.2f}" in LESSONS["guessing"]["why"]


def test_the_prompt_of_the_lesson_on_reciting_was_trained_on() -> None:
    story = load_sample("story")
    train_ratio = 0.9
    assert PROMPT_FROM_STORY in story[: int(train_ratio * len(story))]
