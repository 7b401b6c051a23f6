"""Training from another program: `gradio_client` calls `/train` with a text and settings by name, then `/news`.

client = gradio_client.Client("http://127.0.0.1:7860")
run = client.predict(sample="story", preset="nano", settings={"epochs": 2}, api_name="/train")["run"]
client.predict(run=run, api_name="/news")["status"]["state"]
"""

from collections.abc import Mapping
from typing import Any

import gradio as gr

from playground.config import Config
from playground.errors import PlaygroundError, SettingsError
from playground.model.presets import DEFAULT_PRESET, PRESETS
from playground.text.corpus import decode_upload
from playground.text.samples import load_sample
from playground.ui.context import Limits
from playground.ui.tabs.train.form import SAMPLE_BYTES, Choice, check_parameters
from playground.ui.tabs.train.start import Starter
from playground.ui.visitors import visitor_of


def name_train_endpoint(starter: Starter, limits: Limits) -> None:
    """Offer `/train`; call it inside the page."""

    def train(
        request: gr.Request,
        text: str = "",
        sample: str = "story",
        preset: str = DEFAULT_PRESET,
        settings: dict | None = None,
        name: str = "",
    ) -> dict:
        """Train on a text, or else on a sample: `{"run": name}`, or `{"error": sentence}`."""
        try:
            choice = choose(text, sample, preset, settings or {}, limits)
            return {"run": starter.start(**vars(choice), name=name or None, visitor=visitor_of(request))}
        except PlaygroundError as error:
            return {"error": str(error)}

    gr.api(train, api_name="train", concurrency_limit=2)


def choose(text: str, sample: str, preset: str, settings: Mapping[str, Any], limits: Limits) -> Choice:
    """What is asked for, by names; raises `SettingsError` for a name or value that is none, `TextError` for the text.

    >>> choose("", "story", "nano", {"epochs": 2}, Limits()).train.epochs
    2
    """
    if not isinstance(preset, str) or preset not in PRESETS:
        raise SettingsError(f"There is no preset of that name; choose one of: {', '.join(PRESETS)}.")
    if not isinstance(settings, Mapping):
        raise SettingsError("settings: give a dictionary, from the name of a setting to its value.")
    base = PRESETS[preset]
    known = {name for config in (base.model, base.data, base.train) for name in config.keys()}  # noqa: SIM118
    if unknown := sorted(map(str, set(settings) - known)):
        raise SettingsError(f"There is no setting named {unknown[0][:40]!r}.")
    model, data, train = (_changed(config, settings) for config in (base.model, base.data, base.train))
    check_parameters(model, limits)
    if text:
        given = str(text).encode("utf-8", "surrogatepass")
        content = decode_upload(given, "the text", max_bytes=limits.max_pasted_bytes, encoding="utf-8")
        return Choice(content, "text", preset, model, data, train)
    content = load_sample(str(sample), max_bytes=min(limits.max_pasted_bytes, SAMPLE_BYTES))
    return Choice(content, str(sample), preset, model, data, train)


def _changed(config: Config, settings: Mapping[str, Any]) -> Any:
    return config.replace(**{name: value for name, value in settings.items() if name in type(config).model_fields})
