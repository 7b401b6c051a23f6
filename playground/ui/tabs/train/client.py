"""Training from another program: endpoints for `gradio_client`, with names instead of positions.

    client = gradio_client.Client("http://127.0.0.1:7860")
    run = client.predict(sample="story", preset="nano", settings={"epochs": 2}, api_name="/train")["run"]
    client.predict(run=run, api_name="/news")["status"]["state"]
    client.predict(run=run, api_name="/stop")

Each answers with `{"error": sentence}` if it refuses.
"""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from playground.config import Config
from playground.errors import PlaygroundError, SettingsError
from playground.model.presets import DEFAULT_PRESET, PRESETS
from playground.ui.context import Limits
from playground.ui.exchange import server_function
from playground.ui.tabs.train.choice import Choice, check_parameters, check_pasted, read_sample_text
from playground.ui.tabs.train.server import LiveServer
from playground.ui.tabs.train.start import Starter
from playground.ui.visitors import visitor_of


def add_train_endpoint(starter: Starter, limits: Limits) -> None:
    """Add `/train`; to be called inside the page's `gr.Blocks`."""

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
            return {"run": starter.start(choice, name=name or None, visitor=visitor_of(request))}
        except PlaygroundError as error:
            return {"error": str(error)}

    gr.api(train, api_name="train", concurrency_limit=2)


def add_run_endpoints(server: LiveServer) -> None:
    """Add `/news`, `/set_lr` and one endpoint for each button; to be called inside the page's `gr.Blocks`."""
    ask_news, command = server_function(server.news), server_function(server.command)

    def news(run: str, offset: float = 0) -> dict:
        """The news of a run since a byte offset of its log: state, steps, evaluations, samples."""
        return ask_news({"run": run, "offset": offset})

    def set_lr(run: str, lr: float, request: gr.Request) -> dict:
        """Train with another learning rate from the next step on."""
        return command({"run": run, "action": "set_lr", "lr": lr}, request)

    def button(action: str) -> Callable[[str, gr.Request], dict]:
        def press(run: str, request: gr.Request) -> dict:
            return command({"run": run, "action": action}, request)

        press.__name__ = action
        press.__doc__ = f"{action.capitalize()} a run."
        return press

    for action in ("stop", "pause", "resume", "step", "extend"):
        gr.api(button(action), api_name=action, queue=False)
    gr.api(set_lr, api_name="set_lr", queue=False)
    gr.api(news, api_name="news", queue=False)


def choose(text: str, sample: str, preset: str, settings: Mapping[str, Any], limits: Limits) -> Choice:
    """The choice that a request names.

    Raises `SettingsError` for an unknown preset, setting or sample and for a value out of bounds, `TextError` for the
    text.

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
        return Choice(check_pasted(str(text), "the text", limits), "text", preset, model, data, train)
    return Choice(read_sample_text(str(sample), limits), str(sample), preset, model, data, train)


def _changed(config: Config, settings: Mapping[str, Any]) -> Any:
    return config.replace(**{name: value for name, value in settings.items() if name in type(config).model_fields})
