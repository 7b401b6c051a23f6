"""The command that looks inside a model: inspect."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from playground.cli.shared import CHECKPOINTS, AsJson, Checkpoints, RunName, Step, checkpoint_name, store, write_json

if TYPE_CHECKING:
    import tiktoken

    from playground.evaluation.inspect import Inspection
    from playground.model.inside import SwitchedOff

_SHOWN = 10  # rows of people's tables


def add_commands(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(inspect)


def inspect(
    run: RunName,
    prompt: Annotated[str, typer.Option(help="The text to look at.")] = "Every effort moves you",
    token: Annotated[
        int | None,
        typer.Option(help="Place of a token in the text, counted from 0, at least 1; without it, the likeliest next."),
    ] = None,
    step: Step = "last",
    checkpoints: Checkpoints = CHECKPOINTS,
    as_json: AsJson = False,
) -> None:
    """Show why a model chose a token: what it looked at, layer by layer, and what changes with parts switched off."""
    from playground.evaluation.inside_reports import known_ids
    from playground.evaluation.inspect import inspect as look
    from playground.text.tokenizer import text_to_token_ids

    opened = store(checkpoints).open(run)
    ids = text_to_token_ids(prompt, opened.tokenizer)[0]
    found = look(opened.load_model(checkpoint_name(step)), ids, token, among=known_ids(opened))
    row = _described(found, opened.tokenizer)
    if as_json:
        write_json(row)
        return
    for table in _tables(row):
        Console().print(table, markup=False)


def _described(found: "Inspection", tokenizer: "tiktoken.Encoding") -> dict[str, Any]:
    from playground.text.tokenizer import token_text

    def named(token: int) -> str:
        return token_text(token, tokenizer)

    seen = [named(token) for token in found.seen.tolist()]
    n_layers, n_heads, _ = found.attention.shape
    return {
        "token": {"id": found.token, "text": named(found.token), "probability": float(found.probabilities[-1])},
        "start": found.start,
        "seen": seen,
        "layers": [
            {
                "state": state,
                "likeliest": named(int(found.top_ids[row, 0])),
                "likeliest_probability": float(found.top_probabilities[row, 0]),
                "probability": float(found.probabilities[row]),
                "rank": int(found.ranks[row]) + 1,
            }
            for row, state in enumerate(found.states)
        ],
        "attention": {
            "mean": found.attention.mean((0, 1)).tolist(),
            "layers": found.attention.mean(1).tolist(),
        },
        "heads": [
            {"layer": layer, "head": head, "name": found.heads.name(layer, head)}
            for layer in range(n_layers)
            for head in range(n_heads)
        ],
        "switched_off": [
            {
                "part": _part(effect.off, seen),
                "log_probability_difference": effect.difference,
                "gains": [{"text": named(other), "probability": gain} for other, gain in effect.gains],
            }
            for effect in found.effects
        ],
    }


def _part(off: "SwitchedOff", seen: list[str]) -> str:
    parts = [f"layer {layer} attention" for layer in sorted(off.attention)]
    parts += [f"layer {layer} feed-forward" for layer in sorted(off.feed_forward)]
    parts += [f"layer {layer} head {head}" for layer, head in sorted(off.heads)]
    return ", ".join(parts + [f"token {place} {seen[place]!r}" for place in sorted(off.tokens)])


def _tables(row: dict[str, Any]) -> list[Table]:
    token = row["token"]
    layers = Table("after", "likeliest", "its probability", f"{token['text']!r}", "rank")
    layers.title = f"Why {token['text']!r} ({token['probability']:.2%})"
    layers.caption = "Early layers were never trained to be read this way."
    for state in row["layers"]:
        likeliest = f"{state['likeliest_probability']:.2%}"
        probability = f"{state['probability']:.2%}"
        layers.add_row(state["state"], repr(state["likeliest"]), likeliest, probability, str(state["rank"]))
    attention = row["attention"]
    looked_at = Table("token", "mean", *(f"layer {layer}" for layer in range(len(attention["layers"]))))
    looked_at.title = "Looked at (mean over heads)"
    looked_at.caption = "Attention shows where it looked, not what decided; the next table shows that."
    for place in sorted(range(len(row["seen"])), key=lambda place: -attention["mean"][place])[:_SHOWN]:
        shares = [attention["mean"][place], *(layer[place] for layer in attention["layers"])]
        looked_at.add_row(f"{place} {row['seen'][place]!r}", *(f"{share:.0%}" for share in shares))
    effects = Table("switched off", "log-probability", "gain instead")
    effects.title = "What changes most without a part"
    for effect in sorted(row["switched_off"], key=lambda effect: -abs(effect["log_probability_difference"]))[:_SHOWN]:
        gains = ", ".join(f"{other['text']!r} +{other['probability']:.2%}" for other in effect["gains"])
        effects.add_row(effect["part"], f"{effect['log_probability_difference']:+.3f}", gains)
    named = Table("head", "what it does", title="Heads with a clear score on repeated random tokens")
    for head in row["heads"]:
        if head["name"]:
            named.add_row(f"layer {head['layer']} head {head['head']}", head["name"])
    return [layers, looked_at, effects, *([named] if named.row_count else [])]
