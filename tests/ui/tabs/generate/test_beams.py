"""The tree of a beam search as the page draws it."""

import json

import pytest

from playground.config import DecodeConfig
from playground.errors import PlaygroundError
from playground.sampling.beam import BeamConfig, beam_search
from playground.sampling.receipt import Receipt
from playground.ui.tabs.generate.beams import search_again, search_beams
from playground.ui.tabs.generate.start import Start

START = Start("tale", "last", "The rain had", lambda: DecodeConfig())


def test_every_text_is_a_path_through_the_tree(context):
    found = search_beams(context, START, BeamConfig(width=3, max_new_tokens=6))
    json.dumps(found, allow_nan=False)
    assert len(found["texts"]) == 3
    for text in found["texts"]:
        way, at = [], text["node"]
        while at is not None:
            way.append(found["nodes"][at])
            at = way[-1]["parent"]
        assert [node["depth"] for node in way] == list(range(len(way), 0, -1))
        assert way[0]["fate"] == "finished"
        assert way[0]["total"] == pytest.approx(text["total"])


def test_the_best_text_is_that_of_the_search(context):
    model, tokenizer = context.models.get("tale")
    best = beam_search(model, tokenizer.encode("The rain had"), BeamConfig(width=2, max_new_tokens=5)).best
    found = search_beams(context, START, BeamConfig(width=2, max_new_tokens=5))
    assert found["texts"][0]["score"] == pytest.approx(best.score)


def test_a_receipt_finds_the_best_text_again(context):
    start = Start("tale", "last", "The rain had", lambda: DecodeConfig(past_context="jump"), "int8")
    found = search_beams(context, start, BeamConfig(width=3, length_penalty=-0.5, max_new_tokens=20))
    receipt = Receipt.from_json(found["receipt"]["json"])
    assert (receipt.weights, receipt.beams.past_context, receipt.beams.width) == ("int8", "jump", 3)
    assert receipt.text == found["texts"][0]["text"]
    assert "--beams 3 --length-penalty=-0.5" in found["receipt"]["command"]
    again = search_again(context, receipt)
    assert "error" not in again
    assert again["texts"] == found["texts"]
    other = search_again(context, receipt.replace(ids=(1, *receipt.ids[1:])))
    assert "differs from the receipt" in other["error"]


def test_a_search_without_a_prompt_is_refused(context):
    with pytest.raises(PlaygroundError, match="empty"):
        search_beams(context, Start("tale", "last", "", lambda: DecodeConfig()), BeamConfig())
