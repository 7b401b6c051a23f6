"""From a desk to the receipt of its text, and back."""

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
from playground.ui.tabs.generate.start import Opened, checked


def make_receipt(context: Context, log: str | None) -> Receipt:
    """All that is needed to have the text in view of a desk's log again; raises `SettingsError` where there is none."""
    desk = read_log(log)
    branch, head = desk.branch, desk.head
    model, tokenizer = context.models.get(head.run, head.step, head.weights)
    prompt = token_ids_to_text(branch.prompt, tokenizer)
    return Receipt(
        run=head.run,
        step=head.step,
        text_sha256=context.store.open(head.run).spec.text_sha256,
        weights=head.weights,
        prompt=prompt,
        # a branch that begins inside the prompt may cut it where its text would fall into other tokens
        prompt_ids=() if encode(prompt, tokenizer) == branch.prompt else tuple(branch.prompt),
        kept=tuple(branch.ids[branch.n_prompt : branch.kept]),
        decode=DecodeConfig(**_stopped_here(branch.settings, len(branch.ids) - branch.kept)),
        ids=tuple(branch.written),
        text=_up_to(branch.settings.get("stop"), token_ids_to_text(branch.written, tokenizer)),
        device=str(device_of(model)),
    )


def receipt_of(
    context: Context, opened: Opened, settings: DecodeConfig | BeamConfig, ids: Sequence[int], step: int | None = None
) -> Receipt:
    """That of a text written at once from an opened start: `ids` after its prompt, with `settings`.

    step: of the run, where it is not the one that was opened.
    """
    beams = settings if isinstance(settings, BeamConfig) else None
    return Receipt(
        run=opened.run,
        step=opened.step if step is None else step,
        text_sha256=context.store.open(opened.run).spec.text_sha256,
        weights=opened.weights,
        prompt=opened.prompt,
        decode=DecodeConfig() if beams else DecodeConfig(**_stopped_here(settings.model_dump(), len(ids))),
        beams=beams,
        ids=tuple(ids),
        text=token_ids_to_text(list(ids), opened.tokenizer),
        device=str(device_of(opened.model)),
    )


def open_receipt(context: Context, receipt: Receipt) -> Opened:
    """What a receipt begins from; raises the playground's errors where that is not here."""
    settings = checked(receipt.decode, context)
    model, tokenizer = context.models.get(receipt.run, receipt.step, receipt.weights)
    ids = list(receipt.prompt_ids) or prompt_to_ids(receipt.prompt, tokenizer)
    return Opened(receipt.run, receipt.step, model, tokenizer, receipt.prompt, ids, settings, receipt.weights)


def in_all_forms(context: Context, receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON, as Python and as a command, as the page hands it out."""
    folder = shown_root(context)
    return {"json": receipt.to_json(), "python": receipt.as_python(folder), "command": receipt.as_command(folder)}


def differences(context: Context, receipt: Receipt, opened: Opened) -> list[str]:
    """Why a text may come out differently from its receipt here and now, one sentence each."""
    return receipt.differences(context.store.open(receipt.run).spec.text_sha256, str(device_of(opened.model)))


def _stopped_here(settings: dict, n_tokens: int) -> dict:
    """The settings with the length that was reached: a text that was stopped by hand is then had again as it stands."""
    return {**settings, "max_new_tokens": max(1, n_tokens)}


def _up_to(stop: str | None, text: str) -> str:
    return text.partition(stop)[0] if stop else text
