"""The desk's three ways to write: a new text, on with this one, and on from another token. Logs in, logs out."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Event, Lock
from typing import Any

from playground.config import DecodeConfig
from playground.errors import RunError, SettingsError
from playground.model.shrink import is_coarse
from playground.sampling import stream
from playground.sampling.reader import Reader, window_start
from playground.sampling.receipt import Receipt
from playground.sampling.score import read_text
from playground.sampling.writing import write_text
from playground.ui.context import Context
from playground.ui.tabs.generate.answers import RESTART, Answers, Line, use_threads_for
from playground.ui.tabs.generate.log import Desk, Head, line, read_log
from playground.ui.tabs.generate.receipts import differences, open_receipt
from playground.ui.tabs.generate.start import Decode, Opened, Start, checked
from playground.ui.tabs.generate.words import Words

KEPT_READERS = 4
"""Desks whose keys and values are kept, so that a branch or a continuation need not read its text again."""


class Writer:
    """Writes with the models of a context. It keeps nothing but caches: the text itself is in the log.

    Each method takes the log as it stands and yields it longer and longer (`Answers`).
    """

    def __init__(self, context: Context, answers: Answers) -> None:
        self._context = context
        self._answers = answers
        self._readers: dict[str, Reader] = {}
        self._lock = Lock()

    def write(self, log: str | None, start: Start) -> Iterator[str]:
        """A new text."""

        def lines(job: str, stopped: Event) -> Iterator[Line]:
            yield from self._begin(job, start.open(self._context), (), stopped)

        return self._answers.answer(log or "", lines)

    def restore(self, log: str | None, text: str | None) -> Iterator[str]:
        """The text of a receipt, written again; if it comes out differently, it says from where on and why."""

        def lines(job: str, stopped: Event) -> Iterator[Line]:
            receipt = Receipt.from_json(text or "")
            if receipt.beams is not None:
                raise SettingsError("This is the receipt of a beam search; it is opened under Beam search.")
            opened = open_receipt(self._context, receipt)
            ids: list[int] = []
            for added in self._begin(job, opened, receipt.kept, stopped):
                made = added if isinstance(added, str) else added()
                yield made
                token = json.loads(made or "{}")
                ids += [token["i"]] if "i" in token and token.get("by") != "prompt" else []
            if ids != list(receipt.ids):
                why = differences(self._context, receipt, opened)
                raise SettingsError(" ".join(["The text differs from the receipt's.", *why]))

        return self._answers.answer(log or "", lines)

    def _begin(self, job: str, opened: Opened, kept: Sequence[int], stopped: Event) -> Iterator[Line]:
        """A new desk: its head, the prompt, what was `kept` of an earlier text, and what follows."""
        model, ids, settings, words = opened.model, opened.ids, opened.decode, Words(opened.tokenizer)
        read = read_text(model, [*ids, *kept], decode=settings if kept else None, past_context=settings.past_context)
        head = Head(
            job=job,
            run=opened.run,
            step=opened.step,
            weights=opened.weights,
            context_length=model.config.context_length,
            vocab_size=model.config.vocab_size,
        )
        yield RESTART
        yield line(kind="desk", **head.model_dump())
        yield line(kind="branch", branch=0, parent=None, at=0, settings=_record(settings))
        yield words.prompt_line(ids[0])
        for step_read in read[: len(ids) - 1]:
            yield words.prompt_line(step_read.id, step_read)
        for step_read in read[len(ids) - 1 :]:
            yield words.line(step_read, by="kept")
        with self._reader(job, model) as reader:
            yield from self._go_on(reader, words, ids, list(kept), settings, stopped)

    def more(self, log: str | None, decode: Decode) -> Iterator[str]:
        """On with the branch in view."""

        def lines(job: str, stopped: Event) -> Iterator[Line]:
            desk, settings = read_log(log), checked(decode(), self._context)
            model, words = self._open(desk, desk.branch.ids)
            yield line(kind="more", branch=desk.view, settings=_record(settings))
            with self._reader(desk.head.job, model) as reader:
                yield from self._go_on(reader, words, desk.branch.prompt, desk.branch.written, settings, stopped)

        return self._answers.answer(log or "", lines)

    def ask(self, log: str | None, decode: Decode) -> Iterator[str]:
        """On from the token that the log's last line asks for, on a new branch."""

        def lines(job: str, stopped: Event) -> Iterator[Line]:
            desk, settings = read_log(log), checked(decode(), self._context)
            if desk.ask is None or desk.ask.id >= desk.head.vocab_size:
                raise SettingsError("No token was chosen; open one in the text and take an alternative.")
            if desk.ask.at == 0:
                raise SettingsError(
                    "Nothing stands before the first token, so it has no alternatives; change the prompt."
                )
            parent, at, taken = desk.branches[desk.ask.branch], desk.ask.at, desk.ask.id
            before = parent.ids[:at]
            prompt, kept = before[: parent.n_prompt], before[parent.n_prompt :]
            model, words = self._open(desk, before)
            branch = {"branch": len(desk.branches), "parent": parent.id, "at": at}
            yield line(kind="branch", **branch, settings=_record(settings))
            with self._reader(desk.head.job, model) as reader:
                one = settings.replace(max_new_tokens=1)
                (step,) = stream(model, before, one, drawn=len(kept), first=taken, reader=reader)
                yield words.line(step, by="hand")
                yield from self._go_on(reader, words, prompt, [*kept, taken], settings, stopped)

        return self._answers.answer(log or "", lines)

    def _go_on(
        self, reader: Reader, words: Words, prompt: list[int], kept: list[int], settings: DecodeConfig, stopped: Event
    ) -> Iterator[Line]:
        """The tokens that follow `prompt` and `kept`, and the line that ends them."""
        began_s, n, reason = time.perf_counter(), 0, "stopped"
        for piece in write_text(reader.model, words.tokenizer, prompt, settings, kept=kept, reader=reader):
            if piece.step is not None:
                n += 1
                yield partial(words.line, piece.step)
            if piece.ended or stopped.is_set():
                reason = piece.ended or "stopped"
                break
        elapsed_s = time.perf_counter() - began_s
        if n == 0 and reason == "stop":
            raise SettingsError(f"The text holds “{settings.stop}” already, where it should stop; change Stop at.")
        rate = round(n / max(elapsed_s, 1e-9), 1)
        seen_from = window_start(len(prompt) + len(kept) + n, reader.context_size, settings.past_context)
        yield line(kind="end", reason=reason, n=n, stop=settings.stop, tokens_per_s=rate, seen_from=seen_from)

    def _open(self, desk: Desk, ids: list[int]) -> tuple[Any, Words]:
        """The model of a desk, and its words after `ids`."""
        model, tokenizer = self._context.models.get(desk.head.run, desk.head.step, desk.head.weights)
        if model.config.vocab_size != desk.head.vocab_size:
            raise RunError(f"The run {desk.head.run} was replaced by another one meanwhile; press Write to begin anew.")
        return model, Words(tokenizer, ids)

    @contextmanager
    def _reader(self, desk: str, model: Any) -> Iterator[Reader]:
        """What this desk's model has read so far; nobody else has it meanwhile.

        With coarse weights it shows in which steps a text was read, so that each answer reads it afresh, as a receipt
        would.
        """
        with self._lock:
            reader = self._readers.pop(desk, None)
        if reader is None or reader.model is not model or is_coarse(model):
            reader = Reader(model)
        use_threads_for(model)
        try:
            yield reader
        finally:
            with self._lock:  # readers of other models would keep those in memory
                others = [(name, other) for name, other in self._readers.items() if other.model is model]
                self._readers = dict([*others[1 - KEPT_READERS :], (desk, reader)])


def _record(settings: DecodeConfig) -> dict[str, Any]:
    return settings.model_dump(exclude_none=True)
