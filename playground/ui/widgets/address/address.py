"""The laboratory's state in the page's address: opened elsewhere, the address shows the same picture."""

from typing import ClassVar

from playground.ui.widgets.base import Widget


class Address(Widget):
    """Its value is the laboratory's state; what differs from `defaults` goes into the address's parameter `lab`.

    Constants: `defaults`, the chapter's state; `start`, the state that a page without the parameter opens with, which
    Reset restores; `quick`, a list of `{label, state}`, where `state` is what one click changes. Its event `input`
    reports a change of the state, `link` that the address names another one: `{"lab": text}`.
    """

    own_events: ClassVar[tuple[str, ...]] = ("link",)
