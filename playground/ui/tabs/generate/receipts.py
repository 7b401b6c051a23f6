"""Receipts of texts: made from a log or a text, and loaded again."""

from collections.abc import Sequence
from typing import Any

from playground.config import DecodeConfig
from playground.sampling import BeamConfig, prompt_to_ids
from playground.sampling.reader import device_of
from playground.sampling.receipt import Receipt
from playground.text.tokenizer import encode, token_ids_to_text
from playground.ui.access import shown_root
from playground.ui.context import Context
from playground.ui.tabs.generate.log import read_log
from playground.ui.tabs.generate.start import LoadedStart, check_length, load_model


def receipt_of_log(context: Context, log_text: str | None) -> Receipt:
    """The receipt of the text in view; raises `SettingsError` for a log without one."""
    log = read_log(log_text)
    branch, head = log.branch, log.head
    model, tokenizer = context.models.get(head.run, head.step, head.weights)
    prompt = token_ids_to_text(branch.prompt, tokenizer)
    return Receipt(
        run=head.run,
        step=head.step,
        text_sha256=context.store.open(head.run).spec.text_sha256,
        weights=head.weights,
        prompt=prompt,
        # a branch that begins inside the prompt may cut it where its text would be encoded as other tokens
        prompt_ids=() if encode(prompt, tokenizer) == branch.prompt else tuple(branch.prompt),
        kept=tuple(branch.ids[branch.n_prompt : branch.kept]),
        decode=DecodeConfig(**_with_length(branch.settings, len(branch.ids) - branch.kept)),
        ids=tuple(branch.written),
        text=_before_stop(branch.settings.get("stop"), token_ids_to_text(branch.written, tokenizer)),
        device=str(device_of(model)),
    )


def receipt_of_beams(context: Context, start: LoadedStart, config: BeamConfig, ids: Sequence[int]) -> Receipt:
    """The receipt of the best text of a beam search: `ids` after the prompt of its start."""
    return Receipt(
        run=start.run,
        step=start.step,
        text_sha256=context.store.open(start.run).spec.text_sha256,
        weights=start.weights,
        prompt=start.prompt,
        beams=config,
        ids=tuple(ids),
        text=token_ids_to_text(list(ids), start.tokenizer),
        device=str(device_of(start.model)),
    )


def load_receipt(context: Context, receipt: Receipt) -> LoadedStart:
    """The start of a receipt's text; raises a `PlaygroundError` if its run or step does not exist here."""
    settings = check_length(receipt.decode, context.limits)
    model, tokenizer = load_model(context, receipt.run, receipt.step, receipt.weights)
    ids = list(receipt.prompt_ids) or prompt_to_ids(receipt.prompt, tokenizer)
    return LoadedStart(receipt.run, receipt.step, model, tokenizer, receipt.prompt, ids, settings, receipt.weights)


def all_forms(context: Context, receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON, as Python and as a command."""
    folder = shown_root(context)
    return {"json": receipt.to_json(), "python": receipt.as_python(folder), "command": receipt.as_command(folder)}


def difference_sentence(context: Context, receipt: Receipt, start: LoadedStart) -> str:
    """That a text came out differently than its receipt says, and the possible reasons."""
    text_sha256 = context.store.open(receipt.run).spec.text_sha256
    reasons = receipt.differences(text_sha256, str(device_of(start.model)))
    return " ".join(["The text differs from the receipt's.", *reasons])


def _with_length(settings: dict, n_tokens: int) -> dict:
    """The settings with the length that was reached, so that a text that was stopped is written again as it is."""
    return {**settings, "max_new_tokens": max(1, n_tokens)}


def _before_stop(stop: str | None, text: str) -> str:
    return text.partition(stop)[0] if stop else text
