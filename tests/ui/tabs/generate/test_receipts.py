"""A receipt reproduces its text exactly, in Python and on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.sampling import BeamConfig
from playground.text.tokenizer import token_ids_to_text
from playground.ui.tabs.generate.log import line, read_log
from playground.ui.tabs.generate.receipts import receipt_of_log
from playground.ui.tabs.generate.start import Start
from playground.ui.tabs.generate.streams import LogStreams
from playground.ui.tabs.generate.writer import Writer

ROOT = Path(__file__).parents[4]


def last(logs):
    return list(logs)[-1]


@pytest.fixture(scope="module")
def branched(context):
    """A text that was written, continued, and then branched at another token, so that its receipt uses most fields."""
    writer, decode = Writer(context, LogStreams()), DecodeConfig(max_new_tokens=9, temperature=1.4, top_k=25, seed=7)
    log = last(writer.write(None, Start("tale", "last", "The rain had", lambda: decode)))
    log = last(writer.more(log, lambda: decode.replace(seed=8)))
    desk = read_log(log)
    at = desk.branch.n_prompt + 12
    log += line(kind="ask", branch=0, at=at, id=(desk.branch.ids[at] + 1) % desk.head.vocab_size)
    return last(writer.ask(log, lambda: decode.replace(seed=9)))


def run(command, context):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def whole_text(receipt):
    return receipt.prompt + receipt.text


def test_a_receipt_contains_what_the_page_shows(context, branched):
    receipt, desk = receipt_of_log(context, branched), read_log(branched)
    _, tokenizer = context.models.get("tale")
    assert list(receipt.ids) == desk.branch.written
    assert whole_text(receipt) == token_ids_to_text(desk.branch.ids, tokenizer)
    assert len(receipt.kept) == 13  # twelve from before, one by hand
    assert receipt.decode == DecodeConfig(max_new_tokens=9, temperature=1.4, top_k=25, seed=9)


@pytest.mark.process
def test_copied_python_gives_the_same_text(context, branched):
    receipt = receipt_of_log(context, branched)
    out = run([sys.executable, "-c", receipt.as_python(str(context.store.root))], context)
    assert out == whole_text(receipt) + "\n"


@pytest.mark.process
def test_copied_command_gives_the_same_text(context, branched):
    receipt = receipt_of_log(context, branched)
    command = receipt.as_command(str(context.store.root))
    out = run(["bash", "-c", command.replace("python", sys.executable, 1)], context)
    assert out.removesuffix("\n") == whole_text(receipt)


def test_a_receipt_that_is_opened_gives_the_log_again(context, branched):
    receipt = receipt_of_log(context, branched)
    log = last(Writer(context, LogStreams()).restore(None, receipt.to_json()))
    desk = read_log(log)
    assert desk.branch.ids == read_log(branched).branch.ids
    assert "error" not in log
    again = receipt_of_log(context, log)
    assert again.replace(created=receipt.created) == receipt


def test_a_branch_past_the_context_is_reproduced_with_its_windows(context):
    writer, decode = Writer(context, LogStreams()), DecodeConfig(max_new_tokens=30, past_context="jump")
    log = last(writer.write(None, Start("tale", "last", "The rain had", lambda: decode)))
    log = last(writer.ask(log + line(kind="ask", branch=0, at=21, id=65), lambda: decode))
    receipt = receipt_of_log(context, log)
    assert receipt.decode.past_context == "jump"
    assert len(receipt.ids) > 40
    again = last(Writer(context, LogStreams()).restore(None, receipt.to_json()))
    assert "error" not in again
    assert read_log(again).branch.ids == read_log(log).branch.ids


@pytest.mark.parametrize("weights", ["float32", "int8"])
@pytest.mark.parametrize("at", [1, 2, 5, 9])
def test_a_branch_inside_the_prompt_is_reproduced(context, at, weights):
    writer, decode = Writer(context, LogStreams()), DecodeConfig(max_new_tokens=9, seed=7)
    log = last(writer.write(None, Start("tale", "last", "The 🦔 rain 🦔 had", lambda: decode, weights)))
    log = last(writer.ask(log + line(kind="ask", branch=0, at=at, id=65), lambda: decode))
    desk, receipt = read_log(log), receipt_of_log(context, log)
    assert (desk.branch.n_prompt, receipt.kept, receipt.weights) == (at, (65,), weights)
    again = last(Writer(context, LogStreams()).restore(None, receipt.to_json()))
    assert "error" not in again
    assert read_log(again).branch.ids == desk.branch.ids


def test_a_prompt_cut_inside_a_character_is_kept_as_ids(context):
    writer, decode = Writer(context, LogStreams()), DecodeConfig(max_new_tokens=9)
    log = last(writer.write(None, Start("tale", "last", "🦔", lambda: decode)))
    log = last(writer.ask(log + line(kind="ask", branch=0, at=2, id=65), lambda: decode))
    receipt = receipt_of_log(context, log)
    assert receipt.prompt_ids == tuple(read_log(log).branch.ids[:2])
    assert f"--prompt-ids {receipt.prompt_ids[0]},{receipt.prompt_ids[1]} " in receipt.as_command()
    ids = receipt.replace(prompt_ids=(10**6,)).to_json()
    assert "knows 0 to" in last(Writer(context, LogStreams()).restore(None, ids))


def test_the_receipt_of_a_beam_search_is_opened_elsewhere(context, branched):
    receipt = receipt_of_log(context, branched).replace(beams=BeamConfig())
    assert "opened under Beam search" in last(Writer(context, LogStreams()).restore(None, receipt.to_json()))


def test_a_text_that_comes_out_differently_is_reported(context, branched):
    receipt = receipt_of_log(context, branched)
    wrong = receipt.replace(ids=(*receipt.ids[:-1], (receipt.ids[-1] + 1) % 300))
    end = json.loads(last(Writer(context, LogStreams()).restore(None, wrong.to_json())).splitlines()[-1])
    assert end["kind"] == "error"
    assert "differs from the receipt" in end["says"]


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", "no json", '{"format": 9}', None])
def test_what_is_no_receipt_is_refused_in_one_sentence(context, text):
    end = json.loads(last(Writer(context, LogStreams()).restore(None, text)).splitlines()[-1])
    assert end["kind"] == "error"
    assert "receipt" in end["says"]


def test_the_receipt_of_a_run_that_does_not_exist_is_refused(context, branched):
    receipt = receipt_of_log(context, branched).replace(run="elsewhere")
    end = json.loads(last(Writer(context, LogStreams()).restore(None, receipt.to_json())).splitlines()[-1])
    assert "elsewhere" in end["says"]


def test_without_a_text_there_is_no_receipt(context):
    with pytest.raises(SettingsError):
        receipt_of_log(context, "")
