"""How a text becomes numbers: ids, windows and batches are those that the training loop works with."""

import pytest
import tiktoken
import torch
from hypothesis import given
from hypothesis import strategies as st

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.errors import RunError, TextError
from playground.text.corpus import build_corpus
from playground.text.tokenizer import encode
from playground.training.loop.batches import batches_of, make_batches
from playground.training.runs.recorded import NAME
from playground.ui.context import Context
from playground.ui.exchange import server_function
from playground.ui.tabs.train.text_view import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TOKENS,
    RunTextQuery,
    RunTexts,
    SeenText,
    TextQuery,
)

STORY = "so it goes, and so it went, over the hill and far away. " * 40


def seen(text=STORY, *, context_length=8, seed=123, **data):
    settings = DataConfig(**data)
    return SeenText(build_corpus(text, settings), settings, context_length, seed)


def ids_of(tokens):
    return [token for _, token in tokens]


def test_a_word_has_the_chapters_tokens_and_ids():
    answer = seen(vocabulary="gpt2").look(TextQuery(word="Every effort moves you"))
    assert answer["word"] == [("Every", 6109), (" effort", 3626), (" moves", 6100), (" you", 345)]
    assert answer["vocabulary"] == {"kind": "gpt2", "size": 50_257}


@given(st.text(max_size=60))
def test_a_words_ids_are_those_of_tiktoken(word):
    text = seen(vocabulary="gpt2")
    tokenizer = text.corpus.tokenizer
    assert isinstance(tokenizer, tiktoken.Encoding)
    answer = text.look(TextQuery(word=word))
    assert ids_of(answer["word"]) == tokenizer.encode(word, allowed_special="all")


def test_bytes_that_are_no_whole_character_are_shown_as_bytes_and_hostile_text_as_characters():
    text = seen(vocabulary="bytes")
    shown = [shown for shown, _ in text.look(TextQuery(word="中<b>${1}"))["word"]]
    assert shown == ["⟨E4⟩", "⟨B8⟩", "⟨AD⟩", *"<b>${1}"]
    assert [shown for shown, _ in seen(vocabulary="gpt2").look(TextQuery(word="😀"))["word"]] == ["⟨F0 9F 98⟩", "⟨80⟩"]


def test_a_lone_surrogate_in_a_request_is_refused_in_a_sentence():
    text = seen()

    def look(query: TextQuery) -> dict:
        return text.look(query)

    assert server_function(look)({"word": "\ud800"})["error"].startswith("The request is not understood")


@pytest.mark.parametrize("part", ["train", "val"])
def test_every_window_is_the_loops_and_its_targets_are_one_token_on(part):
    text = seen()
    train, val = make_batches(text.corpus, text.data, text.context_length, text.seed)
    windows = (train if part == "train" else val).windows
    for number, row in enumerate(windows.tolist(), start=1):
        window = text.look(TextQuery(part=part, window=number))["window"]
        assert ids_of(window["inputs"]) == row[:-1]
        assert ids_of(window["targets"]) == row[1:]
        assert (window["number"], window["count"]) == (number, len(windows))
        ids = text.corpus.train_ids if part == "train" else text.corpus.val_ids
        first = window["first_token"] - 1
        assert ids[first : first + 9].tolist() == row


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("seed", [1, 123])
def test_every_batch_is_the_loops_in_its_order(shuffle, seed):
    text = seen(batch_size=3, shuffle=shuffle, seed=seed)
    train, _ = make_batches(text.corpus, text.data, text.context_length, seed)
    for epoch in (0, 1):
        for i, (inputs, _) in enumerate(train.epoch(epoch)):
            batch = text.look(TextQuery(epoch=epoch + 1, batch=i + 1))["batch"]
            assert batch["ids"] == inputs.tolist()
            assert batch["shape"] == [3, 8]
            assert train.windows[[n - 1 for n in batch["windows"]], :-1].tolist() == inputs.tolist()
    assert batch["count"] == len(train)


def test_a_number_beyond_the_last_means_the_last():
    answer = seen().look(TextQuery(window=10**9, batch=10**9))
    assert answer["window"]["number"] == answer["window"]["count"]
    assert answer["batch"]["number"] == answer["batch"]["count"]


@given(
    n=st.integers(1, 300),
    context_length=st.integers(1, 9),
    stride=st.one_of(st.none(), st.integers(1, 25)),
    ratio=st.sampled_from([0.5, 0.9]),
)
def test_the_parts_add_up_and_unused_tokens_are_in_no_window(n, context_length, stride, ratio):
    text = seen(
        "ab"[: n % 2 + 1] * n, context_length=context_length, stride=stride, train_ratio=ratio, vocabulary="bytes"
    )
    split = text.look(TextQuery())["split"]
    for name, batches in zip(("train", "val"), text.batches(), strict=True):
        ids = text.corpus.train_ids if name == "train" else text.corpus.val_ids
        places = torch.arange(len(ids))
        windows = batches_of(places, places, text.data, context_length, 1)[0].windows
        assert split[name]["unused"] == len(ids) - len(set(windows.flatten().tolist()))
        assert split[name]["unused_characters"] == split[name]["unused"]  # one byte each
        assert (split[name]["tokens"], split[name]["windows"]) == (len(ids), len(batches.windows))
    assert split["train"]["characters"] + split["val"]["characters"] == text.corpus.characters


def test_unused_characters_are_counted_in_characters_not_bytes():
    text = seen("möchte 中文 😀 " * 30, context_length=16, vocabulary="bytes")
    split = text.look(TextQuery())["split"]["train"]
    unused = text.corpus.train_ids[-split["unused"] :]
    assert 0 < split["unused_characters"] <= split["unused"]
    shown = text.corpus.tokenizer.decode_bytes(unused.tolist()).decode("utf-8", "replace").lstrip("�")
    assert split["unused_characters"] == len(shown)


@pytest.mark.parametrize("given_text", ["a", "Every effort", "short. " * 3])
def test_a_text_that_is_too_short_says_what_is_missing_and_shows_the_rest(given_text):
    answer = seen(given_text, context_length=64).look(TextQuery(word="Every"))
    assert "and a window needs 65" in answer["window"]["missing"]
    assert "A batch needs 2 windows and the training part has 0" in answer["batch"]["missing"]
    assert answer["word"]
    assert answer["split"]["train"]["unused"] == answer["split"]["train"]["tokens"]


def test_a_large_text_sends_no_more_than_a_window_and_a_batch():
    text = seen("word " * 40_000, context_length=2048, batch_size=32, stride=256)
    answer = text.look(TextQuery())
    assert len(answer["window"]["inputs"]) == MAX_TOKENS
    assert len(answer["batch"]["ids"]) == len(answer["batch"]["windows"]) == MAX_ROWS
    assert {len(row) for row in answer["batch"]["ids"]} == {MAX_COLUMNS}
    assert answer["batch"]["shape"] == [32, 2048]


def test_windows_left_out_of_an_epoch_are_counted():
    text = seen(batch_size=5)
    batch = text.look(TextQuery())["batch"]
    assert batch["left_out"] == len(text.batches()[0].windows) % 5
    assert seen(batch_size=5, drop_last=False).look(TextQuery())["batch"]["left_out"] == 0


def test_the_text_of_a_run_is_looked_at_with_the_runs_own_settings_and_encoded_once(tmp_path, monkeypatch):
    context = Context.open(tmp_path)
    model = ModelConfig(context_length=8, emb_dim=8, n_heads=2, n_layers=1)
    run = context.store.create("tale", STORY, model, DataConfig(batch_size=3), TrainConfig(seed=7))
    texts = RunTexts(context)
    first = texts.text(RunTextQuery(run="tale"))
    train, _ = make_batches(run.corpus(), run.spec.data, 8, 7)
    assert first["batch"]["ids"] == next(iter(train))[0].tolist()
    monkeypatch.setattr("playground.training.runs.run.Run.corpus", None)
    assert texts.text(RunTextQuery(run="tale", window=2))["window"]["number"] == 2
    with pytest.raises(RunError):
        texts.text(RunTextQuery(run="none"))


def test_a_run_whose_text_is_not_read_yet_says_so(tmp_path):
    context = Context.open(tmp_path)
    model = ModelConfig(context_length=8, emb_dim=8, n_heads=2, n_layers=1)
    file = tmp_path / "story.txt"
    file.write_text(STORY)
    context.store.create("tale", file, model, read_later=True)
    with pytest.raises(TextError, match="has not been read yet"):
        RunTexts(context).text(RunTextQuery(run="tale"))


def test_the_recorded_run_shows_its_first_batch(tmp_path):
    context = Context.open(tmp_path, recorded_run=True)
    answer = RunTexts(context).text(RunTextQuery(run=NAME, word="Every effort moves you"))
    run = context.store.open(NAME)
    assert answer["vocabulary"]["size"] == run.spec.model.vocab_size
    assert ids_of(answer["word"]) == encode("Every effort moves you", run.tokenizer)
    assert answer["batch"]["shape"] == [run.spec.data.batch_size, run.spec.model.context_length]
