"""The commands that use a trained model: generate and next-token."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from playground.cli.options import takes_settings
from playground.cli.shared import CHECKPOINTS, AsJson, Checkpoints, RunName, Step, checkpoint_name, only, store, write
from playground.config import DecodeConfig, WeightsName
from playground.errors import SettingsError

if TYPE_CHECKING:
    from playground.model.gpt import GPTModel
    from playground.training.runs.store import Run

Prompt = Annotated[str, typer.Option(help="Text to go on from.")]
PromptIds = Annotated[str, typer.Option(help="The prompt as token ids with commas, in place of its text.")]
Kept = Annotated[
    str, typer.Option(help="Token ids that follow the prompt already, with commas; the draws go on behind.")
]
Beams = Annotated[
    int | None, typer.Option(help="Width of a beam search, 1 to 8: find a likely text instead of drawing one.")
]
LengthPenalty = Annotated[
    float | None, typer.Option(help="With --beams: power of the length that a score is divided by. [default: 1]")
]
Weights = Annotated[
    WeightsName,
    typer.Option(
        help="bfloat16 halves and int8 (cpu only) quarters them. A large model then writes faster, with bfloat16 only "
        "on a processor that has it; a small one does not. How far the distribution moves is told."
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
    from playground.sampling.writing import prompt_to_ids, write_text
    from playground.text.tokenizer import token_ids_to_text

    opened = store(checkpoints).open(run)
    given = token_ids("prompt-ids", prompt_ids)
    ids = given or prompt_to_ids(prompt, opened.tokenizer)
    shown = token_ids_to_text(given, opened.tokenizer) if given else prompt
    if beams is not None:
        if kept:
            raise SettingsError("kept: a beam search goes on from the prompt alone; leave --kept or --beams out.")
        lines = _search(opened, step, weights, ids, beams, length_penalty, settings, as_json)
    elif length_penalty is not None:
        raise SettingsError("length-penalty: it belongs to a beam search; give --beams as well.")
    else:
        decode = DecodeConfig(**settings)
        model = load(opened, step, weights)
        pieces = write_text(model, opened.tokenizer, ids, decode, kept=token_ids("kept", kept))
        lines = (_line(piece.to_dict()) if as_json else piece.text for piece in pieces)
    write("" if as_json else shown)
    for line in lines:
        write(line)
    write("" if as_json else "\n")


def _search(
    run: "Run",
    step: str,
    weights: WeightsName,
    ids: list[int],
    beams: int,
    length_penalty: float | None,
    settings: dict[str, Any],
    as_json: bool,
) -> list[str]:
    """The best text of a beam search, or all of them as JSON, best first."""
    from playground.sampling.beam import BeamConfig, beam_search
    from playground.text.tokenizer import token_ids_to_text

    wrong = sorted(settings.keys() - BeamConfig.model_fields.keys())
    if wrong:
        raise SettingsError(f"{wrong[0]}: a beam search draws nothing; leave --{wrong[0].replace('_', '-')} out.")
    penalty = {} if length_penalty is None else {"length_penalty": length_penalty}
    config = BeamConfig(width=beams, **penalty, **only(settings, BeamConfig))
    found = beam_search(load(run, step, weights), ids, config, eos_id=run.tokenizer.eot_token)
    texts = [token_ids_to_text(list(text.ids), run.tokenizer) for text in found.texts]
    if not as_json:
        return texts[:1]
    return [
        _line({"text": text, "ids": list(at.ids), "score": at.score, "log_probability": at.log_probability})
        for text, at in zip(texts, found.texts, strict=True)
    ]


def next_token(
    run: RunName,
    prompt: Prompt = "Every effort moves you",
    top: Annotated[int, typer.Option(min=1, help="How many of the likeliest tokens to show.")] = 10,
    step: Step = "last",
    weights: Weights = "float32",
    checkpoints: Checkpoints = CHECKPOINTS,
    as_json: AsJson = False,
) -> None:
    """Show which tokens a trained model holds likeliest after a prompt."""
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
        write("".join(map(_line, rows)))
        return
    table = Table("rank", "token", "id", "probability", title=repr(prompt), title_justify="left")
    for row in rows:
        table.add_row(str(row["rank"]), repr(row["text"]), str(row["id"]), f"{row['probability']:.2%}")
    Console().print(table, markup=False)


def load(run: "Run", step: str, weights: WeightsName) -> "GPTModel":
    """The model of a checkpoint with such weights; how far they move its distribution is said on stderr."""
    from playground.model.shrink import divergence, shrink

    model = run.load_model(checkpoint_name(step))
    small = shrink(model, weights)
    if small is not model:
        ids = run.corpus().val_ids[: model.config.context_length].long()
        says = f"{weights} weights: {divergence(model, small, ids[None])} of {len(ids)} tokens of the validation text."
        Console(stderr=True).print(says, style="dim", highlight=False, soft_wrap=True)
    return small


def token_ids(option: str, listed: str) -> list[int]:
    """Ids written with commas between them; raises `SettingsError` for anything else."""
    words = [word.strip() for word in listed.split(",") if word.strip()]
    if not all(word.isdecimal() for word in words):
        raise SettingsError(f"{option}: {listed!r} is not a list of token ids; write it like 12,5,307.")
    return [int(word) for word in words]


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
