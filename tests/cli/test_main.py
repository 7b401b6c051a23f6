"""The command line, in this process, with a model that trains in a second."""

import io
import json
import re
import sys

import pytest
from typer.testing import CliRunner

from playground.cli.main import app, main
from playground.errors import PlaygroundError
from playground.training.runs.store import RunStore

TINY = [
    *("--preset", "nano", "--emb-dim", "16", "--n-heads", "2", "--n-layers", "1", "--context-length", "32"),
    *("--max-steps", "6", "--eval-freq", "2"),
]


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    return tmp_path_factory.mktemp("checkpoints")


def run(checkpoints, *arguments, **more):
    result = CliRunner().invoke(app, [*arguments, "--checkpoints", str(checkpoints)], **more)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def trained(checkpoints):
    result = run(checkpoints, "train", "sample:story", "--name", "tiny", *TINY, "--json")
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_train_as_json_prints_one_event_per_line_and_nothing_else(trained):
    assert [trained[0]["type"], trained[-1]["type"]] == ["started", "finished"]
    assert [event["step"] for event in trained if event["type"] == "stepped"] == [1, 2, 3, 4, 5, 6]
    assert {"evaluated", "saved"} <= {event["type"] for event in trained}


def test_settings_given_as_options_reach_the_run(checkpoints, trained):
    spec = RunStore(checkpoints).open("tiny").spec
    assert (spec.model.emb_dim, spec.model.n_layers, spec.train.max_steps, spec.preset) == (16, 1, 6, "nano")
    assert spec.text_name == "story"


def test_train_prints_the_losses_and_the_end(checkpoints):
    result = run(checkpoints, "train", "sample:story", "--name", "shown", *TINY)
    assert result.exit_code == 0
    assert "parameters" in result.stdout
    assert "completed after 6 steps" in result.stdout
    assert re.search(r"tokens/s, \d+% of\s+peak", result.stdout)
    assert "measured peak" in " ".join(result.stdout.split())


def test_an_unclear_encoding_can_be_chosen(checkpoints, tmp_path):
    file, text = tmp_path / "cat.txt", "猫" + "The river does not care who crosses it. " * 400
    file.write_bytes(text.encode("shift_jis"))
    with pytest.raises(PlaygroundError, match=r"Name it with --encoding: .*shift_jis"):
        run(checkpoints, "train", str(file), "--name", "cat", *TINY)
    run(checkpoints, "train", str(file), "--name", "cat", *TINY, "--encoding", "shift_jis", "--json")
    assert RunStore(checkpoints).open("cat").text() == text


def test_train_reads_documents_and_joins_several(checkpoints, tmp_path):
    sentence = "The river does not care who crosses it. "
    (tmp_path / "one.md").write_text("# One\n\n" + sentence * 200)
    (tmp_path / "two.txt").write_text("<!DOCTYPE html><p>" + sentence * 200)
    files = [str(tmp_path / "one.md"), str(tmp_path / "two.txt")]
    result = run(checkpoints, "train", *files, "--name", "joined", *TINY, "--json", "--mark-ends")
    assert result.exit_code == 0
    assert result.stderr == "two.txt: It begins as HTML does, and is read without its tags.\n"
    assert all(json.loads(line) for line in result.stdout.splitlines())
    written = RunStore(checkpoints).open("joined")
    assert written.text() == "One\n\n" + (sentence * 200).strip() + "<|endoftext|>" + (sentence * 200).strip()
    assert written.spec.text_name == "one and 1 more"


def test_of_several_texts_each_is_a_file(checkpoints, tmp_path):
    (tmp_path / "one.txt").write_text("words")
    for other in ("sample:story", "-", "no-such-file"):
        with pytest.raises(PlaygroundError, match=f"There is no file '{other}'; give files only"):
            run(checkpoints, "train", str(tmp_path / "one.txt"), other, *TINY)


def test_train_reads_standard_input(checkpoints):
    text = "The river does not care who crosses it. " * 400
    result = run(checkpoints, "train", "-", "--name", "piped", *TINY, "--json", input=text)
    assert result.exit_code == 0
    assert RunStore(checkpoints).open("piped").text() == text


def test_generate_continues_the_prompt_depending_on_the_seed(checkpoints, trained):
    texts = [
        run(checkpoints, "generate", "tiny", "--prompt", "Tobias", "--max-new-tokens", "8", "--seed", seed).stdout
        for seed in "112"
    ]
    assert texts[0].startswith("Tobias")
    assert texts[0] == texts[1] != texts[2]


def test_generate_as_json_prints_one_step_per_line_with_the_same_text(checkpoints, trained):
    arguments = ["generate", "tiny", "--prompt", "Tobias", "--max-new-tokens", "8", "--temperature", "1.4"]
    shown = run(checkpoints, *arguments).stdout
    *steps, end = [json.loads(line) for line in run(checkpoints, *arguments, "--json").stdout.splitlines()]
    assert len(steps) == 8
    assert end["ended"] == "length"
    assert shown == "Tobias" + "".join(step["text"] for step in [*steps, end]) + "\n"
    assert all(0 <= step["probability"] <= 1 for step in steps)


def test_next_token_lists_the_likeliest_first(checkpoints, trained):
    lines = run(checkpoints, "next-token", "tiny", "--prompt", "Tobias", "--top", "5", "--json").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]
    probabilities = [row["probability"] for row in rows]
    assert probabilities == sorted(probabilities, reverse=True)
    assert "probability" in run(checkpoints, "next-token", "tiny", "--prompt", "Tobias").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "no-such-file.txt"], "There is no file"),
        (["train", "sample:nothing"], "story"),
        (["train", "sample:story", "--lr", "-1"], "lr"),
        (["train", "sample:story", "--preset", "huge"], "mini"),
        (["generate", "nobody"], "nobody"),
    ],
)
def test_a_wrong_argument_gives_one_sentence_that_names_it(checkpoints, arguments, sentence):
    with pytest.raises(PlaygroundError, match=sentence) as refusal:
        run(checkpoints, *arguments)
    assert "\n" not in str(refusal.value)


def test_main_shows_the_sentence_without_a_traceback(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["playground", "generate", "nobody", "--checkpoints", str(tmp_path)])
    with pytest.raises(SystemExit) as stopped:
        main()
    shown = capsys.readouterr()
    assert stopped.value.code == 1
    assert shown.out == ""
    assert "nobody" in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "x" * 5000],
        ["runs", "--checkpoints", "x" * 5000],
        ["runs", "import", "x" * 5000],
        ["train", "sample:story", "--checkpoints", "x" * 5000],
    ],
)
def test_fault_78_a_path_that_is_too_long_is_refused_in_one_sentence(monkeypatch, capsys, arguments):
    monkeypatch.setattr(sys, "argv", ["playground", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr().err
    assert stopped.value.code == 1
    assert "too long" in " ".join(said.split())
    assert len(said) < 500
    assert "Traceback" not in said


def test_an_empty_standard_input_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"  \n")))
    with pytest.raises(PlaygroundError):
        run(tmp_path, "train", "-", input="  \n")
