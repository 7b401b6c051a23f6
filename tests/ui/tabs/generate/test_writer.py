"""Writing one text, without a browser: logs in, logs out."""

import json
from itertools import pairwise

import pytest
import torch

from playground.config import DecodeConfig
from playground.sampling import generate, stream
from playground.sampling.reader import window_start
from playground.text.tokenizer import encode, token_ids_to_text
from playground.ui.tabs.generate.log import line, read_log
from playground.ui.tabs.generate.receipts import receipt_of_log
from playground.ui.tabs.generate.start import Start
from playground.ui.tabs.generate.streams import LogStreams
from playground.ui.tabs.generate.writer import MAX_READERS, Writer


@pytest.fixture
def streams():
    return LogStreams()


@pytest.fixture
def writer(context, streams):
    return Writer(context, streams)


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


def test_continuing_gives_what_one_long_text_gives(writer):
    whole = last(writer.write(None, Start("tale", "last", "The rain", lambda: DecodeConfig(max_new_tokens=24, seed=5))))
    half = last(writer.write(None, Start("tale", "last", "The rain", settings(seed=5))))
    assert read_log(last(writer.more(half, settings(seed=5)))).branch.ids == read_log(whole).branch.ids


def test_another_token_begins_a_branch_that_equals_one_without_a_cache(writer, context):
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


def test_stop_ends_after_the_current_token(writer, streams):
    logs = writer.write(None, Start("tale", "last", "The rain", lambda: DecodeConfig(max_new_tokens=2000)))
    job = lines_of(next(logs))[-1]["job"]
    assert streams.stop(job)
    end = lines_of(last(logs))[-1]
    assert (end["reason"], end["n"]) == ("stopped", 1)
    assert not streams.stop(job)


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
def test_what_cannot_be_written_is_one_sentence_and_changes_no_text(writer, run, step, prompt, decode, says):
    before = last(writer.write(None, Start("tale", "last", "The rain", settings())))
    log = last(writer.write(before, Start(run, step, prompt, lambda: DecodeConfig(**decode))))
    error = lines_of(log)[-1]
    assert error["kind"] == "error"
    assert says in error["says"]
    assert log.startswith(before)
    assert read_log(log).branch.ids == read_log(before).branch.ids


@pytest.mark.parametrize("log", [None, "", "{}", "nonsense"])
def test_continuing_without_a_text_is_one_sentence(writer, log):
    for answer in (writer.more(log, settings()), writer.ask(log, settings())):
        assert lines_of(last(answer).removeprefix(log or ""))[-1]["kind"] == "error"


def test_asking_for_a_token_that_does_not_exist_is_refused(writer):
    log = last(writer.write(None, Start("tale", "last", "The rain", settings())))
    for request in ({"at": 0, "id": 1}, {"at": 1, "id": 10**6}):
        answer = last(writer.ask(log + line(kind="ask", branch=0, **request), settings()))
        assert lines_of(answer)[-1]["kind"] == "error"


def test_a_log_of_another_vocabulary_is_refused(writer):
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


@pytest.mark.parametrize("past_context", ["crop", "jump"])
def test_past_the_context_the_log_says_what_the_model_saw_of_every_token(writer, past_context):
    config = DecodeConfig(max_new_tokens=30, past_context=past_context, stop_at_end=False)
    log = last(writer.write(None, Start("tale", "last", "The rain had stopped, and nobody", lambda: config)))
    tokens, end = tokens_of(log), lines_of(log)[-1]
    assert len(tokens) > 16 + 12
    assert [token.get("s", 0) for token in tokens] == [window_start(i, 16, past_context) for i in range(len(tokens))]
    assert end["seen_from"] == window_start(len(tokens), 16, past_context)
    assert not any("s" in token for token in tokens[:17])  # a text within the context costs nothing more


def test_only_few_texts_keep_what_was_read_of_them(writer):
    logs = [last(writer.write(None, Start("tale", "last", "The rain", settings()))) for _ in range(MAX_READERS + 2)]
    kept = [read_log(log).head.job in writer._readers for log in logs]
    assert kept == [False, False] + [True] * MAX_READERS
    assert read_log(last(writer.more(logs[0], settings()))).head.job in writer._readers
    last(writer.write(None, Start("tale", "1", "The rain", settings())))  # another model: the first one may go
    assert len(writer._readers) == 1


def test_a_text_goes_on_without_parts_of_the_model_on_a_branch_whose_receipt_writes_it_again(writer, context):
    log = last(writer.write(None, Start("tale", "last", "The rain had", settings(temperature=0))))
    at = len(read_log(log).branch.ids) - 6
    asked = log + line(kind="ask", branch=0, at=at, id=0, off="head:0.1 token:1")
    log = last(writer.ask(asked, settings(temperature=0)))
    branch = read_log(log).branch
    model, _ = context.models.get("tale")
    decode = DecodeConfig(max_new_tokens=12, temperature=0, switched_off="head:0.1 token:1")
    steps = list(stream(model, branch.ids[:at], decode))
    assert branch.ids[at:] == [step.id for step in steps]
    probabilities = [token["p"] for token in tokens_of(log)[-12:]]
    assert probabilities == pytest.approx([step.probability for step in steps], rel=1e-3)
    whole = [step.probability for step in stream(model, branch.ids[:at], decode.replace(switched_off=None))]
    assert probabilities != pytest.approx(whole, rel=1e-3)
    longer = read_log(last(writer.more(log, settings(temperature=0)))).branch
    assert longer.settings["switched_off"] == "head:0.1 token:1"
    again = last(writer.restore(None, receipt_of_log(context, log).to_json()))
    assert "error" not in [each.get("kind") for each in lines_of(again)]
    assert read_log(again).branch.ids == branch.ids
