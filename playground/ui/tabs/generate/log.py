"""The desk's log: all there is to know about a text, its tokens and its branches, one JSON object a line.

It lives on the page and comes back with every event, so the server keeps nothing and any server can go on with it.
What comes back is a visitor's to change: everything is checked here. `widgets/token_log.js` lists the kinds of lines
and reads the same log in the browser.
"""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from playground.config import WeightsName
from playground.errors import SettingsError
from playground.ui.exchange import to_json

LONGEST_LOG = 30_000_000
"""Characters of a log that are read at most."""
MOST_IDS = 2_000_000
"""Ids of all branches together, the shared ones counted in each."""
_DAMAGED = "What the page remembers of this text is damaged; press Write to begin anew."


class Head(BaseModel):
    """The line that begins a desk: which model writes here."""

    job: str = Field(default="", max_length=64)
    """What began it."""
    run: str = Field(max_length=200)
    step: int = Field(ge=0)
    weights: WeightsName = "float32"
    context_length: int = Field(ge=1)
    vocab_size: int = Field(ge=1)


class _Line(BaseModel):
    """Any other line, as far as the server needs it."""

    kind: str | None = None
    i: int | None = Field(default=None, ge=0)
    by: str | None = None
    branch: int | None = Field(default=None, ge=0, le=10_000)
    parent: int | None = Field(default=None, ge=0)
    at: int = Field(default=0, ge=0)
    id: int = Field(default=0, ge=0)
    settings: dict[str, Any] = Field(default_factory=dict)


@dataclass
class Branch:
    """One way through the tree, from the prompt's first token on."""

    id: int
    ids: list[int]
    n_prompt: int
    """How many of them are the prompt's."""
    settings: dict[str, Any]
    """What the last press of a button wrote with …"""
    kept: int
    """… and how many ids stood there before it, one that was taken by hand included."""

    @property
    def prompt(self) -> list[int]:
        """The ids of the prompt."""
        return self.ids[: self.n_prompt]

    @property
    def written(self) -> list[int]:
        """The ids after the prompt."""
        return self.ids[self.n_prompt :]


@dataclass(frozen=True)
class Ask:
    """The wish that ends a log: token `id` in place of token `at` of a branch."""

    branch: int
    at: int
    id: int


@dataclass
class Desk:
    """A log that was read: the model, the branches, the one in view, and the wish at the end if there is one."""

    text: str
    head: Head
    branches: list[Branch]
    view: int = 0
    ask: Ask | None = None

    @property
    def branch(self) -> Branch:
        """The branch in view."""
        return self.branches[self.view]


def line(**values: Any) -> str:
    """One line of the log.

    >>> line(kind="view", branch=2)
    '{"kind":"view","branch":2}\\n'
    """
    return to_json(values) + "\n"


def read_log(text: str | None) -> Desk:
    """The desk that a log describes; raises `SettingsError` where there is none, or one that cannot be.

    >>> desk = read_log(line(kind="desk", run="r", step=5, context_length=8, vocab_size=50)
    ...     + line(kind="branch", branch=0, parent=None, at=0) + line(i=7, by="prompt") + line(i=9))
    >>> desk.branch.ids, desk.branch.n_prompt
    ([7, 9], 1)
    """
    if not text:
        raise SettingsError("There is no text to go on with yet; press Write first.")
    if len(text) > LONGEST_LOG:
        raise SettingsError("This text has grown too long for the page; press Write to begin anew.")
    try:
        desk = _fold(text)
    except (ValidationError, ValueError, IndexError, TypeError):
        raise SettingsError(_DAMAGED) from None
    if any(token >= desk.head.vocab_size for branch in desk.branches for token in branch.ids):
        raise SettingsError(_DAMAGED)
    return desk


def _fold(text: str) -> Desk:
    head: Head | None = None
    branches: list[Branch] = []
    view, ask, n_ids = 0, None, 0
    writing: Branch | None = None
    for raw in text.split("\n"):  # not splitlines: a token may hold U+2028
        if not raw:
            continue
        values = json.loads(raw)
        read = _Line(**values)
        ask = None
        match read.kind:
            case "desk":
                head = Head(**values)
            case None:
                if writing is None or read.i is None:
                    raise ValueError
                n_ids += 1
                writing.ids.append(read.i)
                writing.n_prompt += read.by == "prompt"
                if read.by:
                    writing.kept = len(writing.ids)
            case "branch":
                shared = [] if read.parent is None else branches[read.parent].ids[: read.at]
                n_ids += len(shared)
                if n_ids > MOST_IDS:
                    raise ValueError
                n_prompt = 0 if read.parent is None else min(branches[read.parent].n_prompt, len(shared))
                writing = Branch(len(branches), list(shared), n_prompt, read.settings, len(shared))
                branches.append(writing)
                view = writing.id
            case "more":
                writing = branches[_known(read.branch)]
                writing.settings, writing.kept = read.settings, len(writing.ids)
                view = writing.id
            case "view":
                view = branches[_known(read.branch)].id
            case "ask":
                asked = branches[_known(read.branch)]
                if read.at >= len(asked.ids):
                    raise ValueError
                ask = Ask(asked.id, read.at, read.id)
    if head is None or not branches:
        raise ValueError
    return Desk(text, head, branches, view, ask)


def _known(branch: int | None) -> int:
    if branch is None:
        raise ValueError
    return branch


def last_receipt(text: str | None) -> str | None:
    """The receipt that the last line of a log brings, if it does.

    >>> last_receipt(line(kind="view", branch=0) + line(kind="restore", receipt="{}"))
    '{}'
    """
    try:
        last = json.loads((text or "").rstrip("\n").rpartition("\n")[2])
        return last["receipt"] if isinstance(last["receipt"], str) else None
    except (ValueError, TypeError, KeyError):
        return None
