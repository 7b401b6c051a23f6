"""The server functions of the Inside tab: the numbers of `inspect`, for a prompt, for ids and for a part of a text."""

import base64
import time

import pytest
import torch

from playground.evaluation.inspect import inspect
from playground.model.inside import SwitchedOff
from playground.sampling.receipt import Receipt
from playground.sampling.writing import write_text
from playground.text.tokenizer import encode
from playground.ui.exchange import server_function
from playground.ui.tabs.inside.server import InsideServer

PROMPT = "The rain had stopped, and nobody"


@pytest.fixture(scope="module")
def server(context):
    return InsideServer(context)


@pytest.fixture(scope="module")
def ask(server):
    def make(function, **query):
        answer = server_function(getattr(server, function))({"run": "tale", **query})
        for _ in range(600):
            if "progress" not in answer:
                return answer
            time.sleep(0.05)
            answer = server_function(getattr(server, function))({"run": "tale", **query})
        raise AssertionError("it was not done in time")

    return make


@pytest.fixture(scope="module")
def found(context):
    model, tokenizer = context.models.get("tale")
    return inspect(model, encode(PROMPT, tokenizer), 5)


def test_a_place_is_told_as_inspect_sees_it(ask, found):
    answer = ask("look", source="prompt", text=PROMPT, place=5)
    assert answer["token"]["p"] == pytest.approx(float(found.probabilities[-1]))
    assert [state["r"] - 1 for state in answer["states"]] == found.ranks.tolist()
    assert answer["row"] == pytest.approx(found.attention.mean((0, 1)).tolist(), abs=1e-4)
    assert "".join(token["t"] for token in answer["seen"]) == PROMPT[: len("The rain had stopped,")]
    assert len(base64.b64decode(answer["thumbs"])) == 1 * 2 * 5
    place, share = answer["most"][0][1]
    assert share == pytest.approx(float(found.attention[0, 1].max()), abs=1e-4)
    assert place == int(found.attention[0, 1].argmax())


def test_the_attention_of_one_head_sums_to_one_whatever_names_the_text(ask, found, context):
    _, tokenizer = context.models.get("tale")
    ids = encode(PROMPT, tokenizer)
    by_ids = ask("attention", source="ids", ids=ids, place=5, layer=0, head=1)["row"]
    assert by_ids == ask("attention", source="own", text=PROMPT, place=5, layer=0, head=1)["row"]
    assert by_ids == pytest.approx(found.attention[0, 1].tolist(), abs=1e-4)
    assert sum(by_ids) == pytest.approx(1, abs=1e-3)


def test_a_window_is_what_the_model_saw(ask, context):
    _, tokenizer = context.models.get("tale")
    ids = encode(PROMPT * 6, tokenizer)
    whole = ask("look", source="ids", ids=ids, place=40)
    cropped = ask("look", source="ids", ids=ids[24:41], place=16)
    assert len(whole["seen"]) == 16
    assert whole["row"] == cropped["row"]
    later = ask("look", source="validation", place=30, seen_from=22)
    assert len(later["seen"]) == 8


def test_parts_that_are_switched_off_change_the_distribution_as_inspect_says(ask, found):
    answer = ask("without", source="prompt", text=PROMPT, place=5, off="attention:0")
    effect = next(each for each in found.effects if each.off == SwitchedOff(attention=frozenset({0})))
    assert answer["difference"] == pytest.approx(effect.difference, abs=1e-5)
    assert sum(row[3] for row in answer["rows"]) == 1
    assert ask("without", source="prompt", text=PROMPT, place=5)["difference"] == pytest.approx(0, abs=1e-5)
    assert "layers 0 to 0" in ask("without", source="prompt", text=PROMPT, place=5, off="attention:4")["error"]
    assert "no part" in ask("without", source="prompt", text=PROMPT, place=5, off="everything")["error"]


@pytest.mark.process
def test_long_work_is_done_in_a_process_and_can_be_cancelled(ask, found, context):
    history = ask("history")
    assert history["steps"] == context.store.open("tale").model_steps()
    assert len(history["induction"]) == len(history["steps"])
    assert ask("cancel_history") == {}
    answer = ask("each", source="prompt", text=PROMPT, place=5)
    assert answer["tried"] == len(found.effects)
    strongest = max(found.effects, key=lambda effect: abs(effect.difference))
    assert answer["rows"][0][:2] == [str(strongest.off), pytest.approx(strongest.difference, abs=1e-3)]


@pytest.mark.parametrize("off", ["head:0.1", "token:2 feed-forward:0"])
def test_a_text_written_with_parts_switched_off_has_a_receipt_that_writes_it_again(ask, context, off):
    answer = ask("write_on", source="prompt", text=PROMPT, off=off)
    receipt = Receipt.from_json(answer["json"])
    assert receipt.decode.switched_off == " ".join(sorted(off.split()))
    model, tokenizer = context.models.get("tale")
    pieces = write_text(model, tokenizer, receipt.prompt, receipt.decode)
    assert "".join(piece.text for piece in pieces) == answer["without"] == receipt.text
    assert "--switched-off" in answer["command"]


def test_the_picture_has_a_column_for_each_of_the_last_places(ask, found):
    answer = ask("picture", source="prompt", text=PROMPT, place=5)
    assert (len(answer["p"]), len(answer["p"][0]), answer["first"]) == (3, 5, 0)
    assert [row[-1] for row in answer["p"]] == pytest.approx(found.probabilities.tolist(), abs=1e-4)


def test_untrained_heads_have_no_names(ask):
    assert ask("heads") == ask("heads", step="last")
    assert ask("heads", step="0")["names"] == [["", ""]]


def test_a_prompt_is_told_token_by_token_with_the_context_and_the_steps(ask, context):
    answer = ask("tokens", text=PROMPT)
    assert "".join(token["t"] for token in answer["tokens"]) == PROMPT
    assert (answer["context"], answer["step"]) == (16, 2)
    assert answer["steps"] == context.store.open("tale").model_steps()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"source": "prompt", "text": PROMPT, "place": 0}, "Nothing stands before this token"),
        ({"source": "prompt", "text": PROMPT, "place": 99}, "Nothing stands before"),
        ({"source": "ids", "ids": [], "place": 0}, "Nothing stands before"),
        ({"source": "ids", "ids": [1, 10**6], "place": 1}, "knows 0 to"),
        ({"source": "prompt", "text": PROMPT, "run": "gone"}, "gone"),
        ({"source": "prompt", "text": PROMPT, "run": ""}, "no run"),
        ({"source": "nowhere"}, "The request is not understood"),
    ],
)
def test_what_does_not_exist_is_refused_in_a_sentence(ask, query, reason):
    assert reason in ask("look", **query)["error"]


def test_a_look_is_read_once_for_all_its_views(server, context, monkeypatch):
    reads = []
    from playground.ui.tabs.inside import server as module

    real = module.look
    monkeypatch.setattr(module, "look", lambda *given: reads.append(1) or real(*given))
    ask = server_function(server.look)
    query = {"run": "tale", "source": "prompt", "text": "The rain had", "place": 2}
    ask(query)
    server_function(server.attention)({**query, "layer": 0})
    server_function(server.without)({**query, "off": "head:0.0"})
    assert len(reads) == 1
    assert torch.is_tensor(server._look(module.LookQuery(**query))[1].attention)
