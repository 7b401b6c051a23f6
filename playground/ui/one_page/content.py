"""What the page of a run shows, as JSON: its settings, the numbers of its text, its log, and a text of its model.

`Content` in `widgets/one_page/content.js` describes the same for the browser.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import tiktoken

from playground.config import Config, DecodeConfig
from playground.errors import PlaygroundError, RunError
from playground.model.gpt import GPTModel
from playground.model.presets import count_parameters
from playground.sampling.score import read_text
from playground.sampling.writing import prompt_to_ids, write_text
from playground.text.corpus import corpus_stats
from playground.training.runs.run import Run
from playground.ui.forms import label_of
from playground.ui.tabs.generate.log import Head, TokenLines, line
from playground.ui.tabs.train.news import MAX_READ_BYTES, STEP_SERIES, about, digest, name_tokens

MAX_LOG_BYTES = 64_000_000
MAX_COUNTED_BYTES = 5_000_000
"""Largest text whose tokens are counted; of a larger one only the size is told."""
MAX_TEXT_S = 20.0
"""Most time to write the text in, so that a large model on a slow machine makes a shorter one."""

WRITING = DecodeConfig(max_new_tokens=160, temperature=0.5, seed=3)
_HIDDEN = {"device", "threads", "precision", "keep_checkpoints", "save_freq", "snapshot_freq", "recompute"}
"""Settings that do not change what is learned."""

LoadModel = Callable[[Run], tuple[GPTModel, tiktoken.Encoding]]
"""Loads the last model of a run, with its tokenizer."""


def load_last(run: Run) -> tuple[GPTModel, tiktoken.Encoding]:
    """The last model of a run, read from the disk for this call alone."""
    return run.load_model("last"), run.tokenizer


def run_content(run: Run, load_model: LoadModel = load_last) -> dict[str, Any]:
    """The content of a run's page; raises `RunError` for a run that was not trained, or whose log is too long.

    Without weights, or with damaged ones, there is no text, and `text_error` says why.
    """
    if run.log.path.exists() and run.log.path.stat().st_size > MAX_LOG_BYTES:
        raise RunError(
            f"The log of {run.name} has more than {MAX_LOG_BYTES // 1_000_000} MB, too much for one page; download the "
            "run instead."
        )
    gains = list(_gains(run))
    if not any(gain["evals"] for gain in gains):
        raise RunError(f"{run.name} has not been evaluated yet; wait for its first evaluation.")
    text, text_error = _text(run, load_model)
    return {
        "run": run.name,
        "about": about(run),
        "series": STEP_SERIES,
        "gains": gains,
        "facts": [*_text_facts(run), *_settings(run)],
        "text": text,
        "text_error": text_error,
    }


def _gains(run: Run) -> Iterator[dict[str, Any]]:
    """The whole log in the parts in which a page that watches the run would get it."""
    offset, has_more, tokenizer = 0, True, run.tokenizer
    while has_more:
        found, end = run.events(offset, limit_bytes=MAX_READ_BYTES)
        gain = digest(found)
        name_tokens(gain["evals"], tokenizer)
        yield gain
        offset, has_more = end, end - offset >= MAX_READ_BYTES


def _text_facts(run: Run) -> list[tuple[str, str]]:
    """Label and value of what is known of the text."""
    file, found = run.folder / "text.txt", [("Text", run.spec.text_name)]
    size = file.stat().st_size if file.is_file() else 0
    if not 0 < size <= MAX_COUNTED_BYTES:
        return [*found, ("Size of the text", f"{size / 1e6:,.1f} MB" if size else "it is missing")]
    try:
        stats = corpus_stats(run.corpus(), run.spec.data, run.spec.model.context_length)
    except PlaygroundError as error:  # damaged: the page has the curves all the same
        return [*found, ("Size of the text", str(error))]
    return [
        *found,
        ("Characters", f"{stats.characters:,}"),
        ("Tokens", f"{stats.tokens:,}"),
        ("Distinct tokens", f"{stats.different_tokens:,}"),
        ("Training windows", f"{stats.train_windows:,}"),
        ("Held out for validation", f"{stats.val_tokens:,} tokens"),
    ]


def _settings(run: Run) -> list[tuple[str, str]]:
    """Label and value of each setting that changes what is learned, and the number of parameters."""
    spec = run.spec
    configs: tuple[Config, ...] = (spec.model, spec.data, spec.train)
    values = [pair for config in configs for pair in config.model_dump().items() if pair[0] not in _HIDDEN]
    parameters = count_parameters(spec.model)["total"]
    shown = [(label_of(name), _shown(value)) for name, value in values if value is not None]
    return [("Size", spec.preset), ("Parameters", f"{parameters:,}"), *shown]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


def _text(run: Run, load_model: LoadModel) -> tuple[str | None, str]:
    """A text of the run's last model, as a log that `token_strip/token_log.js` reads; or why there is none."""
    try:
        model, tokenizer = load_model(run)
        return "".join(_written(run, model, tokenizer)), ""
    except PlaygroundError as error:
        return None, str(error)


def _written(run: Run, model: GPTModel, tokenizer: tiktoken.Encoding) -> Iterator[str]:
    """The lines of the log: the model, the prompt, and what the model writes, with each token's alternatives."""
    end_s = time.monotonic() + MAX_TEXT_S
    config = model.config
    ids = prompt_to_ids(run.spec.train.start_context, tokenizer)[-config.context_length :]
    formats = TokenLines(tokenizer)
    head = Head(
        job="",
        run=run.name,
        step=run.find_model("last"),
        context_length=config.context_length,
        vocab_size=config.vocab_size,
    )
    yield line(kind="desk", **head.model_dump())
    yield line(kind="branch", branch=0, parent=None, at=0, settings=WRITING.model_dump(exclude_none=True))
    yield formats.prompt(ids[0])
    for step in read_text(model, ids):
        yield formats.prompt(step.id, step)
    for piece in write_text(model, tokenizer, ids, WRITING):
        if piece.step is not None:
            yield formats.drawn(piece.step)
        if time.monotonic() > end_s:
            break
    yield line(kind="end", reason="length")
