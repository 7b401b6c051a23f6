"""The writing desk without a browser: logs in, logs out."""

import json
from itertools import pairwise

import pytest
import torch

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.sampling import generate, stream
from playground.text.tokenizer import encode, token_ids_to_text
from playground.ui.context import Context, Limits
from playground.ui.tabs.generate.answers import Answers
from playground.ui.tabs.generate.choices import checkpoint_choices, run_choices, which
from playground.ui.tabs.generate.log import line, read_log
from playground.ui.tabs.generate.start import Start
from playground.ui.tabs.generate.words import Words
from playground.ui.tabs.generate.writer import Writer


@pytest.fixture
def answers():
    return Answers()


@pytest.fixture
def writer(context, answers):
    return Writer(context, answers)


def last(logs):
    return list(logs)[-1]


def lines_of(log):
    return [json.loads(each) for each in log.split("\n") if each]


def tokens_of(log):
    return [each for each in lines_of(log) if "kind" not in each]


def settings(**values):
    config = DecodeConfig(max_new_tokens=12, **values)
    return lambda: config


def test_writes_what_stream_writes(writer, context):
    log = last(writer.write(None, Start("tale", "last", "The rain had", settings(temperature=1.4, top_k=25, seed=7))))
    model, tokenizer = context.models.get("tale")
    ids = encode("The rain had", tokenizer)
    steps = list(stream(model, ids, DecodeConfig(max_new_tokens=12, temperature=1.4, top_k=25, seed=7)))
    assert read_log(log).branch.ids == [*ids, *(step.id for step in steps)]
    assert [token["r"] for token in tokens_of(log)[len(ids) :]] == [step.rank for step in steps]
    assert lines_of(log)[-1]["kind"] == "end"


def test_greedy_is_the_books_generate(writer, context):
    log = last(writer.write(None, Start("tale", "best", "The rain", settings(temperature=0))))
    model, tokenizer = context.models.get("tale")
    ids = torch.tensor([encode("The rain", tokenizer)])
    assert read_log(log).branch.ids == generate(model, ids, 12, 16)[0].tolist()


def test_the_log_only_grows(writer):
    logs = list(writer.write(None, Start("tale", "last", "The rain", settings())))
    logs = logs[1:]  # the first one is the old text, with the news that a new one is coming
    assert all(later.startswith(earlier) for earlier, later in pairwise(logs))


def test_prompt_tokens_have_their_probabilities(writer):
    first, *others = [
        t for t in tokens_of(last(writer.write(None, Start("tale", "last", "The rain had", settings())))) if t.get("by")
    ]
    assert "p" not in first
    assert others
    assert all(0 < token["p"] <= 1 and token["r"] >= 1 and token["a"] for token in others)


def test_continuing_gives_what_one_long_press_gives(writer):
    whole = last(writer.write(None, Start("tale", "last", "The rain", lambda: DecodeConfig(max_new_tokens=24, seed=5))))
    half = last(writer.write(None, Start("tale", "last", "The rain", settings(seed=5))))
    assert read_log(last(writer.more(half, settings(seed=5)))).branch.ids == read_log(whole).branch.ids


def test_another_token_begins_a_branch_that_a_fresh_start_confirms(writer, context):
    log = last(writer.write(None, Start("tale", "last", "The rain had", settings(seed=5))))
    first = read_log(log)
    at = first.branch.n_prompt + 3
    other = next(row[0] for row in tokens_of(log)[at]["a"] if row[0] != first.branch.ids[at])
    asked = log + line(kind="ask", branch=0, at=at, id=other)
    branched = last(writer.ask(asked, settings(seed=5)))
    desk = read_log(branched)
    assert branched.startswith(asked)
    assert desk.branches[0].ids == first.branch.ids
    assert desk.branch.ids[: at + 1] == [*first.branch.ids[:at], other]
    model, _ = context.models.get("tale")  # no cache that was cut back, but a fresh one
    fresh = stream(model, desk.branch.ids[: at + 1], DecodeConfig(max_new_tokens=12, seed=5), drawn=4)
    assert desk.branch.ids[at + 1 :] == [step.id for step in fresh]
    taken = tokens_of(branched)[len(first.branch.ids)]
    offered = next(row for row in tokens_of(log)[at]["a"] if row[0] == other)
    assert taken["by"] == "hand"
    assert taken["p"] == pytest.approx(offered[2], rel=1e-3)
    assert taken["q"] == pytest.approx(offered[3], rel=1e-3)


def test_stop_ends_after_the_token_at_hand(writer, answers):
    logs = writer.write(None, Start("tale", "last", "The rain", lambda: DecodeConfig(max_new_tokens=2000)))
    job = lines_of(next(logs))[-1]["job"]
    assert answers.stop(job)
    end = lines_of(last(logs))[-1]
    assert (end["reason"], end["n"]) == ("stopped", 1)
    assert not answers.stop(job)


@pytest.mark.parametrize(
    ("run", "step", "prompt", "decode", "says"),
    [
        (None, "last", "Hello", {}, "no run"),
        ("", "last", "Hello", {}, "no run"),
        ("missing", "last", "Hello", {}, "no run named missing"),
        ("../tale", "last", "Hello", {}, "../tale"),
        ("tale", "77", "Hello", {}, "no model at step 77"),
        ("tale", "newest", "Hello", {}, "choose last, best"),
        ("tale", "last", "", {}, "prompt is empty"),
        ("tale", "last", None, {}, "prompt is empty"),
        ("tale", "last", "a" * 30_000, {}, "shorten it"),
        ("tale", "last", "Hello", {"temperature": -1}, "temperature"),
        ("tale", "last", "Hello", {"temperature": float("nan")}, "temperature"),  # fault 10
        ("tale", "last", "Hello", {"top_k": 0}, "top_k"),  # fault 57
        ("tale", "last", "Hello", {"max_new_tokens": 50_000}, "at most"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_sentence_and_costs_nothing(writer, run, step, prompt, decode, says):
    before = last(writer.write(None, Start("tale", "last", "The rain", settings())))
    log = last(writer.write(before, Start(run, step, prompt, lambda: DecodeConfig(**decode))))
    error = lines_of(log)[-1]
    assert error["kind"] == "error"
    assert says in error["says"]
    assert log.startswith(before)
    assert read_log(log).branch.ids == read_log(before).branch.ids


@pytest.mark.parametrize("log", [None, "", "{}", "nonsense"])
def test_going_on_without_a_text_is_one_sentence(writer, log):
    for answer in (writer.more(log, settings()), writer.ask(log, settings())):
        assert lines_of(last(answer).removeprefix(log or ""))[-1]["kind"] == "error"


def test_asking_for_a_token_that_is_none_is_refused(writer):
    log = last(writer.write(None, Start("tale", "last", "The rain", settings())))
    for wish in ({"at": 0, "id": 1}, {"at": 1, "id": 10**6}):
        answer = last(writer.ask(log + line(kind="ask", branch=0, **wish), settings()))
        assert lines_of(answer)[-1]["kind"] == "error"


def test_a_desk_of_another_vocabulary_is_refused(writer):
    log = last(writer.write(None, Start("tale", "last", "The rain", settings())))
    vocab_size = read_log(log).head.vocab_size
    other = log.replace(f'"vocab_size":{vocab_size}', f'"vocab_size":{vocab_size + 5}')
    assert "replaced" in lines_of(last(writer.more(other, settings())))[-1]["says"]


def test_fault_56_no_half_character_is_ever_shown(writer, context):
    _, tokenizer = context.models.get("tale")
    for text in ("你好，世界", "👩‍👩‍👧 é ﷽", "z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "日本語テキスト"):
        log = last(writer.write(None, Start("tale", "last", text, settings())))
        prompt = [token["t"] for token in tokens_of(log) if token.get("by")]
        assert "".join(prompt) == text
        shown = "".join(token["t"] for token in tokens_of(log))
        whole = token_ids_to_text(read_log(log).branch.ids, tokenizer)
        assert whole.startswith(shown)
        assert set(whole[len(shown) :]) <= {"\ufffd"}  # a character that was never completed


def test_words_go_on_inside_a_character(context):
    _, tokenizer = context.models.get("tale")
    ids = encode("🦔", tokenizer)  # a hedgehog: not in the text, so it comes in bytes
    assert len(ids) > 1
    parts = [json.loads(Words(tokenizer, ids[:k]).prompt_line(ids[k]))["t"] for k in range(len(ids))]
    assert parts == [""] * (len(ids) - 1) + ["🦔"]


def test_a_context_outgrown_is_written_past(writer):
    log = last(
        writer.write(
            None, Start("tale", "last", "The rain had stopped, and nobody", lambda: DecodeConfig(max_new_tokens=30))
        )
    )
    assert len(read_log(log).branch.ids) > 16 + 12


def test_runs_and_checkpoints_on_offer(context):
    assert run_choices(context) == [("tale", "tale")]
    assert [value for _, value in checkpoint_choices(context, "tale")][:3] == ["last", "best", "2"]
    assert checkpoint_choices(context, "missing") == checkpoint_choices(context, None) == [("Last", "last")]
    strangers = Context.open(context.store.root, limits=Limits.public())
    assert run_choices(strangers) == []


def test_a_checkpoint_is_a_name_or_a_step():
    assert [which(each) for each in ("last", "best", "12", 12, "Step 12", None)] == ["last", "best", 12, 12, 12, "last"]
    for wrong in ("newest", "-1", "1.5", "²", "9" * 40):
        with pytest.raises(SettingsError):
            which(wrong)
