"""From prompt to text: whole characters only, and stopping at a stop text, the end, or a length."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from playground.config import DecodeConfig
from playground.sampling import stream, write_text
from playground.sampling.reader import Reader
from playground.sampling.writing import _StopText
from playground.text.tokenizer import encode, load_tokenizer, token_ids_to_text

BYTES = load_tokenizer("bytes")


class Reciter(nn.Module):
    """Continues with a given text, token by token, depending only on the length of its input."""

    def __init__(self, prompt, text):
        super().__init__()
        self.start = len(prompt)
        self.ids = encode(text, BYTES)

    def forward(self, ids):
        logits = torch.zeros(len(ids), ids.shape[1], 257)
        place = ids.shape[1] - self.start
        logits[:, -1, self.ids[place] if place < len(self.ids) else BYTES.eot_token] = 100.0
        return logits


def recite(text, **settings):
    """The pieces of a model that recites `text` after one token of prompt, greedily."""
    decode = DecodeConfig(max_new_tokens=settings.pop("max_new_tokens", 2000), temperature=0, **settings)
    model = Reciter([0], text)
    model.eval()
    ids = encode(text, BYTES)
    # a reader cannot know the context length of a model that is not a GPTModel
    return list(write_text(model, BYTES, [ids[0] if ids else 0], decode, reader=Reader(model, 1, 10_000)))


def joined(pieces):
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize("text", ["Every effort", "é€😀 한국어 👩‍👩‍👧 n̈", "a\x00b\r\n\t", "\ufffd"])
def test_the_pieces_join_to_the_whole_decode(text):
    pieces = recite(text)
    assert joined(pieces) == text
    assert pieces[-1].ended == "end"
    assert len(pieces) == len(encode(text, BYTES)) + 1


@settings(max_examples=100)
@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_fault_56_no_piece_has_an_incomplete_character(text):
    pieces = recite(text)
    assert joined(pieces) == text
    assert all("\ufffd" not in piece.text for piece in pieces) or "\ufffd" in text


def test_an_incomplete_character_at_the_end_becomes_a_replacement_character():
    pieces = recite("a€", max_new_tokens=3)
    assert [piece.text for piece in pieces] == ["a", "", "", "\ufffd"]
    assert pieces[-1].ended == "length"


def test_it_stops_before_the_stop_text():
    pieces = recite("one two three", stop=" th")
    assert joined(pieces) == "one two"
    assert pieces[-1].ended == "stop"
    assert [piece.text for piece in pieces] == [*"one", "", "", " tw", "o", "", "", "", ""]


def test_an_incomplete_stop_text_is_returned_at_the_end():
    pieces = recite("one tw", stop="two")
    assert joined(pieces) == "one tw"
    assert pieces[-1].text == "tw"
    assert pieces[-1].ended == "end"


def test_writing_can_continue_after_the_end_token():
    pieces = recite("ab", stop_at_end=False, max_new_tokens=5)
    assert joined(pieces) == "ab" + "<|endoftext|>" * 3
    assert pieces[-1].ended == "length"


@given(st.text("ab", max_size=20), st.text("ab", min_size=1, max_size=4), st.data())
def test_the_stop_text_is_found_in_any_pieces(text, stop, data):
    stop_text, shown, rest = _StopText(stop), "", text
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        shown += stop_text.push(rest[:size])
        rest = rest[size:]
        assert stop not in shown
    shown += stop_text.finish()
    assert shown == text.partition(stop)[0]
    assert stop_text.found == (stop in text)


def a_model():
    from playground.config import ModelConfig
    from playground.model.gpt import GPTModel

    torch.manual_seed(6)
    return GPTModel(ModelConfig(vocab_size=257, context_length=24, emb_dim=16, n_heads=2, n_layers=1)).eval()


def test_the_pieces_have_the_steps_of_the_stream():
    decode = DecodeConfig(max_new_tokens=30)
    pieces = list(write_text(a_model(), BYTES, "Every", decode))
    steps = list(stream(a_model(), encode("Every", BYTES), decode, eos_id=256))
    assert [piece.step for piece in pieces[:-1]] == steps
    assert joined(pieces) == token_ids_to_text([step.id for step in steps], BYTES)
    assert pieces[0].to_dict()["id"] == steps[0].id
    assert pieces[-1].to_dict() == {"text": pieces[-1].text, "ended": pieces[-1].ended}


@pytest.mark.parametrize("cut", [1, 5, 17, 29])
def test_kept_ids_come_first_and_the_rest_is_unchanged(cut):
    decode = DecodeConfig(max_new_tokens=30, stop_at_end=False)
    whole = list(write_text(a_model(), BYTES, "Every", decode))
    ids = [piece.step.id for piece in whole[:-1]]
    rest = decode.replace(max_new_tokens=30 - cut)
    again = list(write_text(a_model(), BYTES, "Every", rest, kept=ids[:cut]))
    assert joined(again) == joined(whole)
    assert again[0].step is None
    assert [piece.step.id for piece in again[1:-1]] == ids[cut:]


def test_a_stop_text_in_the_kept_ids_ends_the_text_at_once():
    pieces = list(write_text(a_model(), BYTES, "Every", DecodeConfig(stop="b"), kept=encode("abc", BYTES)))
    assert [(piece.text, piece.ended) for piece in pieces] == [("a", None), ("", "stop")]


def test_fault_61_an_empty_prompt_starts_with_the_end_of_text_token():
    decode = DecodeConfig(max_new_tokens=10)
    empty = [piece.step for piece in write_text(a_model(), BYTES, "", decode)]
    explicit = [piece.step for piece in write_text(a_model(), BYTES, "<|endoftext|>", decode)]
    assert empty == explicit
