"""Receipts: JSON, and that the copied command and Python code reproduce the text."""

import contextlib
import io
import json
import re
import shlex

import pytest
from typer.testing import CliRunner

from playground.cli.main import app
from playground.config import DataConfig, DecodeConfig, ModelConfig, TrainConfig
from playground.errors import SettingsError
from playground.model.shrink import shrink
from playground.sampling import (
    BeamConfig,
    Pipeline,
    Receipt,
    RepetitionPenalty,
    Temperature,
    TopP,
    beam_search,
    prompt_to_ids,
    stream,
    write_text,
)
from playground.text.tokenizer import token_ids_to_text
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    root = tmp_path_factory.mktemp("check points")  # with a space, which must be quoted
    run = RunStore(root).create(
        "tale",
        "Tobias walked to the river and the river did not care. " * 40,
        model=ModelConfig(emb_dim=16, n_heads=2, n_layers=1, context_length=32),
        data=DataConfig(batch_size=4),
        train=TrainConfig(max_steps=4, sample_tokens=0, threads=1),
        preset="nano",
        text_name="tale",
    )
    list(run_training(run))
    return root


def receipt_of(checkpoints, prompt, decode, kept=(), weights="float32"):
    run = RunStore(checkpoints).open("tale")
    pieces = list(write_text(shrink(run.load_model(), weights), run.tokenizer, prompt, decode, kept=kept))
    return Receipt(
        run="tale",
        step=run.find_step(),
        text_sha256=run.spec.text_sha256,
        weights=weights,
        prompt=prompt,
        kept=kept,
        decode=decode,
        ids=[*kept, *(piece.step.id for piece in pieces if piece.step)],
        text="".join(piece.text for piece in pieces),
    )


def run_python(receipt, checkpoints):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(receipt.as_python(str(checkpoints)), {})
    return out.getvalue()


def run_command(receipt, checkpoints):
    python, module, package, *arguments = shlex.split(receipt.as_command(str(checkpoints)))
    assert (python, module, package) == ("python", "-m", "playground")
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


STAGES = Pipeline([RepetitionPenalty(1.3), Temperature(1.5), TopP(0.9)]).to_json()


@pytest.mark.parametrize(
    ("prompt", "decode"),
    [
        ("Tobias", DecodeConfig(max_new_tokens=12)),
        ('it\'s "quoted" $HOME `x` \\n\n\ttab', DecodeConfig(max_new_tokens=12, temperature=1.4, top_k=25, seed=7)),
        ("--prompt -x", DecodeConfig(max_new_tokens=5, temperature=0)),
        ("😀 river", DecodeConfig(max_new_tokens=20, stages=STAGES, stop=" the", stop_at_end=False)),
        ("", DecodeConfig(max_new_tokens=40)),
        ("Tobias", DecodeConfig(max_new_tokens=80, past_context="jump")),
    ],
)
def test_the_copied_command_and_python_reproduce_the_text(checkpoints, prompt, decode):
    receipt = receipt_of(checkpoints, prompt, decode)
    assert receipt.text
    assert run_python(receipt, checkpoints) == prompt + receipt.text + "\n"
    assert run_command(receipt, checkpoints) == prompt + receipt.text + "\n"


def test_a_branch_is_reproduced(checkpoints):
    run = RunStore(checkpoints).open("tale")
    model, prompt = run.load_model(), prompt_to_ids("Tobias", run.tokenizer)
    decode = DecodeConfig(max_new_tokens=10, temperature=1.2)
    kept = [*(step.id for step in stream(model, prompt, decode.replace(max_new_tokens=4))), 65]
    rest = [step.id for step in stream(model, [*prompt, *kept], decode, drawn=5)]
    receipt = receipt_of(checkpoints, "Tobias", decode, kept=tuple(kept))
    assert list(receipt.ids) == kept + rest
    assert run_python(receipt, checkpoints) == run_command(receipt, checkpoints) == "Tobias" + receipt.text + "\n"


@pytest.mark.parametrize("weights", ["bfloat16", "int8"])
def test_a_text_of_smaller_weights_is_reproduced_and_continued(checkpoints, weights):
    decode = DecodeConfig(max_new_tokens=40, temperature=1.3)
    whole = receipt_of(checkpoints, "Tobias", decode, weights=weights)
    assert f"--weights {weights}" in whole.as_command()
    assert f"shrink(run.load_model(4), '{weights}')" in whole.as_python()
    kept = whole.ids[:15]
    receipt = receipt_of(checkpoints, "Tobias", decode.replace(max_new_tokens=25), kept, weights)
    assert receipt.ids == whole.ids
    for again in (whole, receipt):
        assert run_python(again, checkpoints) == run_command(again, checkpoints) == "Tobias" + whole.text + "\n"


def test_the_command_prints_how_much_smaller_weights_change_the_distribution(checkpoints):
    arguments = ["generate", "tale", "--weights", "int8", "--checkpoints", str(checkpoints)]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "bits per token" not in result.stdout
    assert re.match(r"int8 weights: 0\.\d{4} bits per token away .* \d+ % of 32 tokens", result.stderr)


@pytest.mark.parametrize("prompt", [(195,), (65, 195, 169), ()])
@pytest.mark.parametrize("beams", [None, BeamConfig(width=3, length_penalty=-0.5, max_new_tokens=9)])
def test_a_prompt_that_text_cannot_express_is_given_as_ids(checkpoints, prompt, beams):
    run = RunStore(checkpoints).open("tale")
    model, ids = run.load_model(), list(prompt) or prompt_to_ids("Tobias", run.tokenizer)
    if beams:
        written = list(beam_search(model, ids, beams, eos_id=run.tokenizer.eot_token).best.ids)
        text = token_ids_to_text(written, run.tokenizer)
    else:
        pieces = list(write_text(model, run.tokenizer, ids, DecodeConfig(max_new_tokens=9)))
        text = "".join(piece.text for piece in pieces)
    shown = token_ids_to_text(ids, run.tokenizer)
    receipt = Receipt(
        run="tale",
        step=run.find_step(),
        text_sha256=run.spec.text_sha256,
        prompt=shown,
        prompt_ids=prompt,
        decode=DecodeConfig(max_new_tokens=9),
        beams=beams,
        text=text,
    )
    assert run_python(receipt, checkpoints) == shown + text + "\n"
    assert run_command(receipt, checkpoints) == shown + text + "\n"


def test_all_texts_of_a_beam_search_are_printed_as_json(checkpoints):
    arguments = ["generate", "tale", "--prompt", "Tobias", "--beams", "3", "--max-new-tokens", "6", "--json"]
    result = CliRunner().invoke(app, [*arguments, "--checkpoints", str(checkpoints)], catch_exceptions=False)
    texts = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(texts) == 3
    assert [text["score"] for text in texts] == sorted((text["score"] for text in texts), reverse=True)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--temperature", "1"], "temperature"),
        (["--top-k", "3"], "top-k"),
        (["--kept", "1"], "kept"),
        (["--beams", "9"], "width"),
        (["--prompt-ids", "a"], "prompt-ids"),
    ],
)
def test_options_that_a_beam_search_does_not_have_are_refused(checkpoints, more, says):
    arguments = ["generate", "tale", "--beams", "3", *more, "--checkpoints", str(checkpoints)]
    assert says in str(CliRunner().invoke(app, arguments).exception)


def test_a_length_penalty_alone_is_refused(checkpoints):
    arguments = ["generate", "tale", "--length-penalty", "2", "--checkpoints", str(checkpoints)]
    assert "give --beams" in str(CliRunner().invoke(app, arguments).exception)


def test_a_receipt_from_before_there_were_weights_still_opens():
    old = json.loads(Receipt(run="a", step=1, text_sha256="0" * 64, prompt="x").to_json())
    for name in ("weights", "prompt_ids", "beams"):
        del old[name]
    del old["decode"]["past_context"]
    receipt = Receipt.from_json(json.dumps(old))
    assert (receipt.weights, receipt.prompt_ids, receipt.beams) == ("float32", (), None)
    assert receipt.decode.past_context == "crop"


def test_a_receipt_round_trips_through_json(checkpoints):
    receipt = receipt_of(checkpoints, "Tobias", DecodeConfig(max_new_tokens=5, top_k=3))
    assert Receipt.from_json(receipt.to_json()) == receipt
    plain = json.loads(receipt.to_json())
    assert plain["versions"].keys() == {"python", "torch", "machine"}
    assert plain["decode"]["top_k"] == 3
    assert receipt.differences(receipt.text_sha256, "cpu") == []


def test_a_receipt_lists_what_differs_here():
    receipt = Receipt(
        run="a", step=1, text_sha256="0" * 64, prompt="", versions={"torch": "1.0", "python": "3", "machine": "x"}
    )
    found = receipt.differences("1" * 64, "cuda")
    assert len(found) == 5
    assert found[0] == "The run a was trained on another text than the receipt's."
    assert all(sentence.endswith(".") for sentence in found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"run": "a"}',
        Receipt(run="a", step=1, text_sha256="0" * 64, prompt="").to_json().replace('"format": 1', '"format": 2'),
        Receipt(run="a", step=1, text_sha256="0" * 64, prompt="").to_json().replace('"seed": 123', '"seed": -1'),
        Receipt(run="a", step=1, text_sha256="0" * 64, prompt="").to_json().replace('"step"', '"steps"'),
        " " * 2_000_001,
    ],
)
def test_anything_but_a_receipt_is_refused_in_one_sentence(text):
    with pytest.raises(SettingsError) as error:
        Receipt.from_json(text)
    assert "\n" not in str(error.value)
    assert str(error.value).endswith(".")
    assert len(str(error.value)) < 300


def test_ids_on_the_command_line_are_checked(checkpoints):
    result = CliRunner().invoke(app, ["generate", "tale", "--kept", "1,x", "--checkpoints", str(checkpoints)])
    assert isinstance(result.exception, SettingsError)
    assert "write it like 12,5,307" in str(result.exception)


@pytest.mark.parametrize("off", ["head:0.1", "attention:0 token:2", "feed-forward:0"])
def test_a_text_without_parts_of_the_model_is_written_again(checkpoints, off):
    decode = DecodeConfig(max_new_tokens=40, temperature=1.1, seed=5, switched_off=off)  # longer than the context
    receipt = receipt_of(checkpoints, "Tobias walked to", decode, kept=(32, 33))
    again = Receipt.from_json(receipt.to_json())
    assert again == receipt
    assert run_python(again, checkpoints).rstrip("\n") == again.prompt + again.text
    assert run_command(again, checkpoints).rstrip("\n") == again.prompt + again.text
