"""The commands that use a trained model: generate and next-token."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from playground.cli.options import takes_settings
from playground.cli.shared import (
    CHECKPOINTS,
    AsJson,
    Checkpoints,
    RunName,
    Step,
    checkpoint_name,
    only,
    say,
    store,
    write,
    write_json,
)
from playground.config import DecodeConfig, WeightsName
from playground.errors import SettingsError

if TYPE_CHECKING:
    from playground.model.gpt import GPTModel
    from playground.sampling.beam import BeamConfig
    from playground.training.runs.run import Run

Output = tuple[dict[str, Any], str]
"""A JSON record, and the text that a person sees instead."""

Prompt = Annotated[str, typer.Option(help="Text to continue.")]
PromptIds = Annotated[str, typer.Option(help="The prompt as comma-separated token ids, instead of --prompt.")]
Kept = Annotated[
    str,
    typer.Option(help="Comma-separated token ids that follow the prompt already; sampling continues after them."),
]
Beams = Annotated[
    int | None, typer.Option(help="Width of a beam search, 1 to 8: search for a likely text instead of sampling one.")
]
LengthPenalty = Annotated[
    float | None, typer.Option(help="With --beams: scores are divided by length to this power. [default: 1]")
]
Weights = Annotated[
    WeightsName,
    typer.Option(
        help="bfloat16 halves the size of the weights, int8 (cpu only) quarters it. Large models then write faster, "
        "with bfloat16 only if the processor supports it. The change of the distribution is printed."
    ),
]


def add_commands(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(generate)
    app.command("next-token")(next_token)


@takes_settings(DecodeConfig)
def generate(
    run: RunName,
    prompt: Prompt = "Every effort moves you",
    prompt_ids: PromptIds = "",
    step: Step = "last",
    weights: Weights = "float32",
    kept: Kept = "",
    beams: Beams = None,
    length_penalty: LengthPenalty = None,
    checkpoints: Checkpoints = CHECKPOINTS,
    as_json: AsJson = False,
    **settings: Any,
) -> None:
    """Continue a prompt with a trained model, token by token, or with --beams by a beam search."""
    from playground.sampling.writing import prompt_to_ids
    from playground.text.tokenizer import token_ids_to_text

    opened = store(checkpoints).open(run)
    given = token_ids("prompt-ids", prompt_ids)
    ids = given or prompt_to_ids(prompt, opened.tokenizer)
    outputs: Iterable[Output]
    if beams is not None:
        config = _beam_config(beams, length_penalty, kept, settings)
        outputs = _search(opened, load(opened, step, weights), ids, config)[: None if as_json else 1]
    elif length_penalty is not None:
        raise SettingsError("length-penalty: it belongs to a beam search; give --beams as well.")
    else:
        decode = DecodeConfig(**settings)
        outputs = _sample(opened, load(opened, step, weights), ids, decode, token_ids("kept", kept))
    if as_json:
        for record, _ in outputs:
            write_json(record)
        return
    write(token_ids_to_text(given, opened.tokenizer) if given else prompt)
    for _, text in outputs:
        write(text)
    write("\n")


def _sample(run: "Run", model: "GPTModel", ids: list[int], decode: DecodeConfig, kept: list[int]) -> Iterable[Output]:
    """The pieces of a sampled text."""
    from playground.sampling.writing import write_text

    return ((piece.to_dict(), piece.text) for piece in write_text(model, run.tokenizer, ids, decode, kept=kept))


def _search(run: "Run", model: "GPTModel", ids: list[int], config: "BeamConfig") -> list[Output]:
    """The texts of a beam search, best first."""
    from playground.sampling.beam import beam_search
    from playground.text.tokenizer import token_ids_to_text

    found = beam_search(model, ids, config, eos_id=run.tokenizer.eot_token)
    outputs = []
    for text in found.texts:
        characters = token_ids_to_text(list(text.ids), run.tokenizer)
        record = {"text": characters, "ids": list(text.ids), "score": text.score}
        outputs.append(({**record, "log_probability": text.log_probability}, characters))
    return outputs


def _beam_config(beams: int, length_penalty: float | None, kept: str, settings: dict[str, Any]) -> "BeamConfig":
    """The settings of a beam search; raises `SettingsError` for options that only sampling has."""
    from playground.sampling.beam import BeamConfig

    if kept:
        raise SettingsError("kept: a beam search continues the prompt alone; leave --kept or --beams out.")
    wrong = sorted(settings.keys() - BeamConfig.model_fields.keys())
    if wrong:
        raise SettingsError(f"{wrong[0]}: a beam search draws nothing; leave --{wrong[0].replace('_', '-')} out.")
    config = BeamConfig(width=beams, **only(settings, BeamConfig))
    return config if length_penalty is None else config.replace(length_penalty=length_penalty)


def next_token(
    run: RunName,
    prompt: Prompt = "Every effort moves you",
    top: Annotated[int, typer.Option(min=1, help="How many of the likeliest tokens to show.")] = 10,
    step: Step = "last",
    weights: Weights = "float32",
    checkpoints: Checkpoints = CHECKPOINTS,
    as_json: AsJson = False,
) -> None:
    """Show the tokens that a trained model finds likeliest after a prompt."""
    from playground.sampling.generate import next_token_probabilities
    from playground.text.tokenizer import text_to_token_ids, token_text

    opened = store(checkpoints).open(run)
    model = load(opened, step, weights)
    probabilities = next_token_probabilities(model, text_to_token_ids(prompt, opened.tokenizer))
    values, ids = probabilities.topk(min(top, probabilities.numel()))
    rows = [
        {"rank": rank, "id": token_id, "text": token_text(token_id, opened.tokenizer), "probability": probability}
        for rank, (token_id, probability) in enumerate(zip(ids.tolist(), values.tolist(), strict=True), start=1)
    ]
    if as_json:
        for row in rows:
            write_json(row)
        return
    table = Table("rank", "token", "id", "probability", title=repr(prompt), title_justify="left")
    for row in rows:
        table.add_row(str(row["rank"]), repr(row["text"]), str(row["id"]), f"{row['probability']:.2%}")
    Console().print(table, markup=False)


def load(run: "Run", step: str, weights: WeightsName) -> "GPTModel":
    """The model of a checkpoint with the given weights; stderr says how far they change its distribution."""
    from playground.model.shrink import divergence, shrink

    model = run.load_model(checkpoint_name(step))
    small = shrink(model, weights)
    if small is not model:
        ids = run.corpus().val_ids[: model.config.context_length].long()
        changed = divergence(model, small, ids[None])
        say(f"{weights} weights: {changed} of {len(ids)} tokens of the validation text.", to_stderr=True, style="dim")
    return small


def token_ids(option: str, listed: str) -> list[int]:
    """Parse comma-separated ids; raises `SettingsError` that names the `option` for anything else.

    >>> token_ids("kept", "12, 5,307")
    [12, 5, 307]
    """
    words = [word.strip() for word in listed.split(",") if word.strip()]
    if not all(word.isdecimal() for word in words):
        raise SettingsError(f"{option}: {listed!r} is not a list of token ids; write it like 12,5,307.")
    return [int(word) for word in words]
