"""The settings of the tab in the page's address, as JSON, so that a link opens the tab as it was."""

from typing import Any, Literal, Self

import gradio as gr
from gradio.components import Component
from pydantic import Field, ValidationError

from playground.config import DecodeConfig, WeightsName
from playground.errors import SettingsError
from playground.sampling import BeamConfig
from playground.ui.exchange import event_text, to_json
from playground.ui.tabs.generate.form import Form
from playground.ui.tabs.generate.lanes import MAX_SAMPLES
from playground.ui.tabs.generate.views.side_by_side import KNOWN_SETTINGS, Compare, SideBySide
from playground.ui.web import base_path

MAX_LINK_CHARACTERS = 50_000

View = Literal["text", "training", "side-by-side", "beams"]
VIEWS: dict[View, str] = {
    "text": "One text",
    "training": "Through training",
    "side-by-side": "Side by side",
    "beams": "Beam search",
}
"""The views of the tab: their ids and labels."""


class DeskLink(DecodeConfig):
    """What the address says; what it leaves out has its default. Anybody can write an address, so all is checked.

    >>> DeskLink.from_json('{"temperature": 0.5, "view": "beams"}').view
    'beams'
    >>> DeskLink.from_json("damaged") == DeskLink()
    True
    """

    view: View = Field(default="text", description="The view that is open.")
    weights: WeightsName = Field(default="float32", description="Number format of the weights.")
    fresh_seed: bool = Field(default=False, description="Whether every text gets a new seed.")
    width: int = Field(default=4, ge=1, le=8, description="Number of beams.")
    length_penalty: float = Field(default=1.0, ge=-5, le=5, description="Length penalty of the beams.")
    beam_tokens: int = Field(default=12, ge=1, le=1000, description="Tokens of a beam search.")
    compare: Compare = Field(default="Settings", description="What stands side by side.")
    names: tuple[str, ...] = Field(default=(), max_length=20, description="Names of the settings side by side.")
    samples: int = Field(default=4, ge=1, le=MAX_SAMPLES, description="Number of seeds side by side.")

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read it; a damaged one is the default."""
        try:
            return cls.model_validate_json(text if len(text) <= MAX_LINK_CHARACTERS else "")
        except (SettingsError, ValidationError):
            return cls()

    def decode(self) -> DecodeConfig:
        """The settings of the sampler."""
        return DecodeConfig(**{name: self[name] for name in DecodeConfig.model_fields})

    def beams(self) -> BeamConfig:
        """The settings of the beam search."""
        return BeamConfig(width=self.width, length_penalty=self.length_penalty, max_new_tokens=self.beam_tokens)


def keep_in_address(form: Form, compared: SideBySide) -> None:
    """Write changed settings to the address, and show those of an address that is opened."""
    fields: dict[str, Component] = {
        **form.fields.widgets,
        "own_stages": form.own_stages,
        "stage_list": form.stages,
        "weights": form.weights,
        "fresh_seed": form.fresh_seed,
        "width": form.beams.widgets["width"],
        "length_penalty": form.beams.widgets["length_penalty"],
        "beam_tokens": form.beams.widgets["max_new_tokens"],
        "compare": compared.compare,
        "names": compared.names,
        "samples": compared.samples,
    }
    defaults = DeskLink(names=tuple(compared.names.value)).model_dump(mode="json")
    in_browser: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    keep = f"keepFields({to_json(list(fields))}, values, {to_json(defaults)})"
    gr.on(
        [field.change for field in fields.values()],
        None,
        list(fields.values()),
        js=_call(keep),
        **in_browser,
    )

    def restore(event: gr.EventData) -> dict[Any, Any]:
        """Show what the address says."""
        link = DeskLink.from_json(event_text(event, "desk"))
        return {
            **form.write(link.decode()),
            **form.beams.write(link.beams()),
            form.weights: link.weights,
            form.fresh_seed: link.fresh_seed,
            compared.compare: link.compare,
            compared.names: [name for name in link.names if name in KNOWN_SETTINGS] or defaults["names"],
            compared.samples: link.samples,
        }

    outputs = [field for name, field in fields.items() if name != "stage_list"]
    form.desk.opened(restore, None, [*outputs, form.stages], **in_browser)


def _call(function: str) -> str:
    """JavaScript for the `js` of an event: call a function of `widgets/desk/desk_link.js`; `values` are the inputs."""
    url = f"new URL('{base_path()}/desk/desk_link.js', document.baseURI).href"
    return f"(...values) => {{ import({url}).then((link) => link.{function}); }}"
