"""The log of a text: one JSON object a line, with the model, the tokens and the branches.

It is kept on the page and comes back with every event, so the server keeps nothing and any server can continue a text.
A visitor may have changed what comes back, so all of it is checked here. `widgets/token_strip/token_log.js` lists the
kinds of lines and reads the same log in the browser.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tiktoken
from pydantic import BaseModel, Field, ValidationError

from playground.config import WeightsName
from playground.errors import SettingsError
from playground.sampling import Step
from playground.text.tokenizer import StreamingDecoder, token_text
from playground.ui.exchange import to_json

MAX_LOG_CHARACTERS = 30_000_000
MAX_IDS = 2_000_000
"""Ids of all branches together, the shared ones counted in each."""
_DAMAGED = "What the page remembers of this text is damaged; press Write to begin anew."
_plain_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class Head(BaseModel):
    """The first line of a text: the model that writes it."""

    job: str = Field("", max_length=64)
    """The job that began the text."""
    run: str = Field(max_length=200)
    step: int = Field(ge=0)
    weights: WeightsName = "float32"
    context_length: int = Field(ge=1)
    vocab_size: int = Field(ge=1)


class _Line(BaseModel):
    """The fields of any other line that the server needs."""

    kind: str | None = None
    i: int | None = Field(None, ge=0)
    by: str | None = None
    branch: int | None = Field(None, ge=0, le=10_000)
    parent: int | None = Field(None, ge=0)
    at: int = Field(0, ge=0)
    id: int = Field(0, ge=0)
    off: str = Field("", max_length=20_000)
    settings: dict[str, Any] = Field(default_factory=dict)


@dataclass
class Branch:
    """One path through the tree of texts, from the first token of the prompt on."""

    id: int
    ids: list[int]
    n_prompt: int
    """How many of `ids` belong to the prompt."""
    settings: dict[str, Any]
    """The settings of the last time that the branch was written."""
    kept: int
    """How many ids there were before that, a token that was taken by hand included."""

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
    """The request that ends a log: token `id` in place of token `at` of a branch."""

    branch: int
    at: int
    id: int
    off: str = ""
    """Parts of the model to switch off instead: a token is drawn without them in place of token `at`."""


@dataclass
class TokenLog:
    """A log that was read: the model, the branches, the one in view, and the request at its end if there is one."""

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


class TokenLines:
    """Formats the tokens of one text as lines, in their order; `ids` are those that are in the log already.

    A token that only begins a character has an empty text `t`, and the one that completes it has the whole character,
    so that the joined texts are the text. `d` is the token by itself, where that looks different.
    """

    def __init__(self, tokenizer: tiktoken.Encoding, ids: Sequence[int] = ()) -> None:
        self.tokenizer = tokenizer
        self._decoder = StreamingDecoder(tokenizer)
        self._names: dict[int, str] = {}
        self._alternatives: dict[int, str] = {}
        for token in ids:
            self._decoder.push(token)

    def drawn(self, step: Step, by: str | None = None, **more: Any) -> str:
        """The line of a token that was drawn, or of one that came `by` hand; `more` are further fields."""
        listed = [
            f"[{self._alternative(other.id)},{other.probability:.5g},{other.probability_after:.5g}]"
            for other in step.alternatives
        ]
        return self._line(step.id, by, listed, **_scores(step), q=_short(step.probability_after), **more)

    def prompt(self, token: int, step: Step | None = None) -> str:
        """The line of a token of the prompt; the first one has no step, since no token comes before it."""
        if step is None:
            return self._line(token, "prompt")
        listed = [f"[{self._alternative(other.id)},{other.probability:.5g}]" for other in step.alternatives]
        return self._line(token, "prompt", listed, **_scores(step))

    def _line(self, token: int, by: str | None, listed: Sequence[str] | None = None, **values: Any) -> str:
        text, name = self._decoder.push(token), self._name(token)
        fields = {"i": token, "t": text, **({} if name == text else {"d": name}), **({"by": by} if by else {})}
        in_json = _plain_json({**fields, **values})
        return f"{in_json}\n" if listed is None else f'{in_json[:-1]},"a":[{",".join(listed)}]}}\n'

    def _name(self, token: int) -> str:
        if token not in self._names:
            self._names[token] = token_text(token, self.tokenizer)
        return self._names[token]

    def _alternative(self, token: int) -> str:
        """Id and name of an alternative as JSON. Cached, since the same ones are listed again and again."""
        if token not in self._alternatives:
            self._alternatives[token] = f"{token},{_plain_json(self._name(token))}"
        return self._alternatives[token]


def _scores(step: Step) -> dict[str, Any]:
    seen_from = {"s": step.seen_from} if step.seen_from else {}
    return {"p": _short(step.probability), "r": step.rank, "h": round(step.entropy_bits, 4), **seen_from}


def _short(probability: float) -> float:
    """Five significant digits; more would only lengthen the log.

    >>> _short(0.123456789)
    0.12346
    """
    return float(f"{probability:.5g}")


def read_log(text: str | None) -> TokenLog:
    """What a log says; raises `SettingsError` for an empty, damaged or impossible one.

    >>> log = read_log(line(kind="desk", run="r", step=5, context_length=8, vocab_size=50)
    ...     + line(kind="branch", branch=0, parent=None, at=0) + line(i=7, by="prompt") + line(i=9))
    >>> log.branch.ids, log.branch.n_prompt
    ([7, 9], 1)
    """
    if not text:
        raise SettingsError("There is no text to go on with yet; press Write first.")
    if len(text) > MAX_LOG_CHARACTERS:
        raise SettingsError("This text has grown too long for the page; press Write to begin anew.")
    try:
        log = _read(text)
    except (ValidationError, ValueError, IndexError, TypeError, RecursionError):
        raise SettingsError(_DAMAGED) from None
    if any(token >= log.head.vocab_size for branch in log.branches for token in branch.ids):
        raise SettingsError(_DAMAGED)
    return log


def _read(text: str) -> TokenLog:
    head: Head | None = None
    branches: list[Branch] = []
    view, ask, n_ids = 0, None, 0
    writing: Branch | None = None
    for raw in text.split("\n"):  # not splitlines: a token may contain U+2028
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
                if n_ids > MAX_IDS:
                    raise ValueError
                n_prompt = 0 if read.parent is None else min(branches[read.parent].n_prompt, len(shared))
                writing = Branch(len(branches), list(shared), n_prompt, read.settings, len(shared))
                branches.append(writing)
                view = writing.id
            case "more":
                writing = branches[_given(read.branch)]
                writing.settings, writing.kept = read.settings, len(writing.ids)
                view = writing.id
            case "view":
                view = branches[_given(read.branch)].id
            case "ask":
                asked = branches[_given(read.branch)]
                if read.at >= len(asked.ids):
                    raise ValueError
                ask = Ask(asked.id, read.at, read.id, read.off)
    if head is None or not branches:
        raise ValueError
    return TokenLog(head, branches, view, ask)


def _given(branch: int | None) -> int:
    if branch is None:
        raise ValueError
    return branch


def last_receipt(text: str | None) -> str | None:
    """The receipt that the last line of a log contains; None for any other line.

    >>> last_receipt(line(kind="view", branch=0) + line(kind="restore", receipt="{}"))
    '{}'
    """
    try:
        last = json.loads((text or "").rstrip("\n").rpartition("\n")[2])
        return last["receipt"] if isinstance(last["receipt"], str) else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
