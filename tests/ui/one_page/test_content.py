"""What a run's page contains: its whole log, its numbers, and a text of its model."""

import json
import shutil
import time

import pytest

from playground.config import DataConfig
from playground.errors import RunError
from playground.sampling.writing import prompt_to_ids, write_text
from playground.ui.one_page import content
from playground.ui.one_page.content import MAX_LOG_BYTES, WRITING, run_content

from .conftest import MODEL, TEXT, TRAIN


def lines(found):
    return [json.loads(line) for line in found["text"].splitlines()]


def test_it_has_the_whole_log_with_the_texts_of_the_guessed_tokens(run):
    found = run_content(run)
    (gain,) = found["gains"]
    assert gain["steps"]["step"][-1] == gain["sitting"]["total_steps"] == run.status().step
    assert [row["text"].startswith("The river") for row in gain["samples"]] == [True, True]
    assert all(isinstance(token, str) for row in gain["evals"] for token, _ in row["probe"])
    assert found["about"]["text_name"] == "a river"


def test_it_has_the_numbers_of_the_text_and_the_settings(run):
    facts = dict(run_content(run)["facts"])
    assert facts["Characters"] == f"{len(TEXT):,}"
    assert facts["Held out for validation"].endswith(" tokens")
    assert (facts["Size"], facts["Layers"], facts["Learning rate"]) == ("nano", "1", "0.01")
    assert "Device" not in facts


def test_a_missing_or_damaged_text_leaves_the_rest(run):
    (run.folder / "text.txt").write_bytes(b"\xff\xfe\xff")
    assert dict(run_content(run)["facts"])["Text"] == "a river"
    (run.folder / "text.txt").unlink()
    assert dict(run_content(run)["facts"])["Size of the text"] == "it is missing"


def test_the_text_is_what_the_last_model_writes_with_the_fixed_seed(run):
    written = [line for line in lines(run_content(run)) if "i" in line]
    ids = prompt_to_ids(TRAIN.start_context, run.tokenizer)
    pieces = write_text(run.load_model("last"), run.tokenizer, ids, WRITING)
    assert [line["i"] for line in written] == [*ids, *(piece.step.id for piece in pieces if piece.step)]
    assert all(len(line["a"]) == 10 and line["r"] >= 1 for line in written[1:])
    assert run_content(run)["text"] == run_content(run)["text"]


def test_without_weights_there_is_no_text_and_the_reason(run):
    for step in run.steps():
        shutil.rmtree(run.step_folder(step))
    found = run_content(run)
    assert found["text"] is None
    assert "no checkpoint" in found["text_error"]
    assert found["gains"][0]["evals"]


def test_a_run_without_an_evaluation_has_no_page(store):
    new = store.create("new", TEXT, MODEL, DataConfig(batch_size=8), TRAIN)
    with pytest.raises(RunError, match="new has not been evaluated yet"):
        run_content(new)


def test_fault_68_a_log_too_long_for_a_page_is_refused(run):
    with run.log.path.open("r+b") as log:
        log.truncate(MAX_LOG_BYTES + 1)
    with pytest.raises(RunError, match="has more than 64 MB"):
        run_content(run)


def test_fault_68_a_slow_model_writes_a_shorter_text(run, monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(content, "MAX_TEXT_S", 5)
    monkeypatch.setattr(content, "time", type("Clock", (), {"monotonic": lambda: next(clock)}))
    began_s = time.monotonic()
    written = [line for line in lines(run_content(run)) if "i" in line and "by" not in line]
    assert 0 < len(written) < 10 < WRITING.max_new_tokens
    assert time.monotonic() - began_s < 60


def test_a_long_log_comes_in_parts(run, monkeypatch):
    monkeypatch.setattr(content, "MAX_READ_BYTES", 1000)
    parts = run_content(run)["gains"]
    assert len(parts) > 1
    monkeypatch.undo()
    (whole,) = run_content(run)["gains"]
    assert [step for gain in parts for step in gain["steps"]["step"]] == whole["steps"]["step"]
