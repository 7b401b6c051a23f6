"""From a desk to the receipt of its text, and back."""

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.sampling.reader import device_of
from playground.sampling.receipt import Receipt
from playground.text.tokenizer import encode, token_ids_to_text
from playground.ui.context import Context
from playground.ui.tabs.generate.log import read_log


def make_receipt(context: Context, log: str | None) -> Receipt:
    """All that is needed to have the text in view again; raises `SettingsError` where its prompt cannot be told."""
    desk = read_log(log)
    branch = desk.branch
    model, tokenizer = context.models.get(desk.head.run, desk.head.step)
    prompt = token_ids_to_text(branch.prompt, tokenizer)
    if encode(prompt, tokenizer) != branch.prompt:
        raise SettingsError(
            "The prompt was changed by hand and reads differently as text; press Write on it, then take the receipt."
        )
    return Receipt(
        run=desk.head.run,
        step=desk.head.step,
        text_sha256=context.store.open(desk.head.run).spec.text_sha256,
        prompt=prompt,
        kept=tuple(branch.ids[branch.n_prompt : branch.kept]),
        decode=DecodeConfig(**_stopped_here(branch.settings, len(branch.ids) - branch.kept)),
        ids=tuple(branch.written),
        text=_up_to(branch.settings.get("stop"), token_ids_to_text(branch.written, tokenizer)),
        device=str(device_of(model)),
    )


def _stopped_here(settings: dict, n_tokens: int) -> dict:
    """The settings with the length that was reached: a text that was stopped by hand is then had again as it stands."""
    return {**settings, "max_new_tokens": max(1, n_tokens)}


def _up_to(stop: str | None, text: str) -> str:
    return text.partition(stop)[0] if stop else text
