"""Writing one text: from a prompt, from where it ended, from another token, or from a receipt. Logs in, logs out."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock
from typing import Any

import tiktoken
from cachetools import LRUCache

from playground.config import DecodeConfig
from playground.errors import RunError, SettingsError
from playground.model.gpt import GPTModel
from playground.model.shrink import is_coarse
from playground.sampling import stream
from playground.sampling.reader import Reader, window_start
from playground.sampling.receipt import Receipt
from playground.sampling.score import read_text
from playground.sampling.writing import write_text
from playground.ui.context import Context
from playground.ui.tabs.generate.log import Head, TokenLines, TokenLog, line, read_log
from playground.ui.tabs.generate.receipts import difference_sentence, load_receipt
from playground.ui.tabs.generate.start import LoadedStart, ReadSettings, Start, check_length, load_model
from playground.ui.tabs.generate.streams import RESTART, Line, LogStreams

MAX_READERS = 4
"""Texts whose keys and values stay in memory, so that a branch or a continuation need not read its text again."""


@dataclass(frozen=True)
class _Beginning:
    """What a text is continued from."""

    prompt: list[int]
    kept: list[int]
    """The ids after the prompt that are there already."""
    settings: DecodeConfig

    @property
    def ids(self) -> list[int]:
        return [*self.prompt, *self.kept]


class Writer:
    """Writes texts with the models of a context. It keeps nothing but caches: the text itself is in the log.

    Each method takes the current log and yields it longer and longer (see `LogStreams`).
    """

    def __init__(self, context: Context, streams: LogStreams) -> None:
        self._context = context
        self._streams = streams
        self._readers: LRUCache[str, Reader] = LRUCache(MAX_READERS)
        self._lock = Lock()

    def write(self, log_text: str | None, start: Start) -> Iterator[str]:
        """A new text."""

        def lines(job: str, stopped: Event) -> Iterator[Line]:
            loaded = start.load(self._context)
            yield from self._begin(job, loaded, _Beginning(loaded.ids, [], loaded.settings), stopped)

        return self._streams.stream(log_text or "", lines)

    def restore(self, log_text: str | None, receipt_text: str | None) -> Iterator[str]:
        """The text of a receipt, written again; the log ends with an error if another text comes out."""

        def lines(job: str, stopped: Event) -> Iterator[Line]:
            receipt = Receipt.from_json(receipt_text or "")
            if receipt.beams is not None:
                raise SettingsError("This is the receipt of a beam search; it is opened under Beam search.")
            start = load_receipt(self._context, receipt)
            ids: list[int] = []
            for made in self._begin(job, start, _Beginning(start.ids, list(receipt.kept), start.settings), stopped):
                text = made if isinstance(made, str) else made()
                yield text
                token = json.loads(text or "{}")
                ids += [token["i"]] if "i" in token and token.get("by") != "prompt" else []
            if ids != list(receipt.ids):
                raise SettingsError(difference_sentence(self._context, receipt, start))

        return self._streams.stream(log_text or "", lines)

    def more(self, log_text: str | None, read_settings: ReadSettings) -> Iterator[str]:
        """Continue the branch in view."""

        def lines(_job: str, stopped: Event) -> Iterator[Line]:
            log, settings = read_log(log_text), check_length(read_settings(), self._context.limits)
            settings = settings.replace(switched_off=log.branch.settings.get("switched_off"))
            beginning = _Beginning(log.branch.prompt, log.branch.written, settings)
            model, tokenizer = self._load(log)
            yield line(kind="more", branch=log.view, settings=_record(settings))
            with self._reader(log.head.job, model) as reader:
                yield from self._continue(reader, TokenLines(tokenizer, beginning.ids), beginning, stopped)

        return self._streams.stream(log_text or "", lines)

    def ask(self, log_text: str | None, read_settings: ReadSettings) -> Iterator[str]:
        """Continue on a new branch, from the token that the last line of the log asks for, or without parts there."""

        def lines(_job: str, stopped: Event) -> Iterator[Line]:
            log, settings = read_log(log_text), check_length(read_settings(), self._context.limits)
            if log.ask is None or log.ask.id >= log.head.vocab_size:
                raise SettingsError("No token was chosen; open one in the text and take an alternative.")
            if log.ask.at == 0:
                raise SettingsError(
                    "Nothing stands before the first token, so it has no alternatives; change the prompt."
                )
            parent, at, taken = log.branches[log.ask.branch], log.ask.at, log.ask.id
            before = parent.ids[:at]
            kept = before[parent.n_prompt :]
            settings = settings.replace(switched_off=log.ask.off or parent.settings.get("switched_off"))
            model, tokenizer = self._load(log)
            formats = TokenLines(tokenizer, before)
            yield line(kind="branch", branch=len(log.branches), parent=parent.id, at=at, settings=_record(settings))
            with self._reader(log.head.job, model) as reader:
                if log.ask.off:
                    beginning = _Beginning(before[: parent.n_prompt], kept, settings)
                    yield from self._continue(reader, formats, beginning, stopped)
                    return
                one = settings.replace(max_new_tokens=1)
                (step,) = stream(model, before, one, drawn=len(kept), first=taken, reader=reader)
                yield formats.drawn(step, by="hand")
                beginning = _Beginning(before[: parent.n_prompt], [*kept, taken], settings)
                yield from self._continue(reader, formats, beginning, stopped)

        return self._streams.stream(log_text or "", lines)

    def _begin(self, job: str, start: LoadedStart, beginning: _Beginning, stopped: Event) -> Iterator[Line]:
        """A new log: the model, the prompt, the kept tokens, and those that follow."""
        model, settings, n_prompt = start.model, beginning.settings, len(beginning.prompt)
        read = read_text(
            model,
            beginning.ids,
            decode=settings if beginning.kept else None,
            past_context=settings.past_context,
        )
        head = Head(
            job=job,
            run=start.run,
            step=start.step,
            weights=start.weights,
            context_length=model.config.context_length,
            vocab_size=model.config.vocab_size,
        )
        formats = TokenLines(start.tokenizer)
        yield RESTART
        yield line(kind="desk", **head.model_dump())
        yield line(kind="branch", branch=0, parent=None, at=0, settings=_record(settings))
        yield formats.prompt(beginning.prompt[0])
        for step in read[: n_prompt - 1]:
            yield formats.prompt(step.id, step)
        for step in read[n_prompt - 1 :]:
            yield formats.drawn(step, by="kept")
        with self._reader(job, model) as reader:
            yield from self._continue(reader, formats, beginning, stopped)

    def _continue(self, reader: Reader, formats: TokenLines, beginning: _Beginning, stopped: Event) -> Iterator[Line]:
        """The tokens that follow a beginning, and the line that ends them."""
        settings, began_s, n, reason = beginning.settings, time.perf_counter(), 0, "stopped"
        prompt, kept = beginning.prompt, beginning.kept
        for piece in write_text(reader.model, formats.tokenizer, prompt, settings, kept=kept, reader=reader):
            if piece.step is not None:
                n += 1
                yield partial(formats.drawn, piece.step)
            if piece.ended or stopped.is_set():
                reason = piece.ended or "stopped"
                break
        rate = round(n / max(time.perf_counter() - began_s, 1e-9), 1)
        if n == 0 and reason == "stop":
            raise SettingsError(f"The text holds “{settings.stop}” already, where it should stop; change Stop at.")
        seen_from = window_start(len(beginning.ids) + n, reader.context_size, settings.past_context)
        yield line(kind="end", reason=reason, n=n, stop=settings.stop, tokens_per_s=rate, seen_from=seen_from)

    def _load(self, log: TokenLog) -> tuple[GPTModel, tiktoken.Encoding]:
        """The model of a log and its tokenizer."""
        head = log.head
        model, tokenizer = load_model(self._context, head.run, head.step, head.weights)
        if model.config.vocab_size != head.vocab_size:
            raise RunError(f"The run {head.run} was replaced by another one meanwhile; press Write to begin anew.")
        return model, tokenizer

    @contextmanager
    def _reader(self, key: str, model: GPTModel) -> Iterator[Reader]:
        """What the model has read of a text so far, for one caller at a time; a text is named by the job that began it.

        With coarse weights the numbers depend on the steps in which a text was read, so it is read afresh every time,
        as a receipt would.
        """
        with self._lock:
            reader = self._readers.pop(key, None)
        if reader is None or reader.model is not model or is_coarse(model):
            reader = Reader(model)
        try:
            yield reader
        finally:
            with self._lock:
                for other in [name for name, kept in self._readers.items() if kept.model is not model]:
                    del self._readers[other]  # it would keep its model in memory
                self._readers[key] = reader


def _record(settings: DecodeConfig) -> dict[str, Any]:
    return settings.model_dump(exclude_none=True)
