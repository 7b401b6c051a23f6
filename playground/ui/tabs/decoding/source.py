"""Where the logits come from: words with logits, or a model and a prompt. V: vocabulary, T: tokens of the text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import torch
from cachetools import LRUCache
from torch import Tensor

from playground.errors import SettingsError
from playground.sampling.generate import next_token_logits
from playground.text.tokenizer import encode, token_text
from playground.ui.context import Context
from playground.ui.tabs.decoding.state import LabState

MAX_SOURCES = 32
"""Sources of models that are kept: 200 kB each for all of GPT-2's vocabulary."""
MAX_TOKEN_LIST_CHARS = 2000


@dataclass(frozen=True, eq=False)
class Source:
    """Next-token logits `(V,)`, the ids `(T,)` of the text before it, and the names of the tokens."""

    kind: str
    logits: Tensor
    context: Tensor
    name: Callable[[int], str]
    find: Callable[[str], int | None]
    """The id of the token with a text; None if the text is not a single token."""

    def __len__(self) -> int:
        return len(self.logits)

    def token_id(self, text: str) -> int:
        """The id of a token given as its text, or as `#` and a number; raises `SettingsError` if there is none.

        >>> toy_source(LabState()).token_id("pizza"), toy_source(LabState()).token_id("#3")
        (6, 3)
        """
        number = re.fullmatch(r"#\s*(\d{1,7})", text.strip())
        found = int(number[1]) if number else self.find(text)
        if found is None or found >= len(self):
            raise SettingsError(
                f"No single token reads {text!r}; try a shorter piece, or # and a number from 0 to {len(self) - 1}."
            )
        return found


def toy_source(state: LabState) -> Source:
    """The words of the state; the text before the next token is made of those words of the prompt that are among them.

    >>> toy_source(LabState()).context.tolist()
    [1, 2, 5, 8]
    """
    ids = {word: i for i, (word, _) in enumerate(state.words)}
    return Source(
        kind="toy",
        logits=torch.tensor([logit for _, logit in state.words]),
        context=torch.tensor([ids[word] for word in state.prompt.split() if word in ids], dtype=torch.long),
        name=lambda i: state.words[i][0],
        find=lambda text: ids.get(text, ids.get(text.strip())),
    )


class Sources:
    """The source of a state. Those of the last prompts are kept, so that moving a slider runs no model."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = Lock()  # one forward pass at a time
        self._of_models: LRUCache[tuple[str, float, int, str], Source] = LRUCache(MAX_SOURCES)

    def get(self, state: LabState) -> Source:
        """The source; raises `RunError`, `CheckpointError` or `SettingsError` with a sentence for the page."""
        if state.source == "toy":
            return toy_source(state)
        if not state.run:
            raise SettingsError("Choose a run whose model shall be asked; train one first if there is none.")
        run = self._context.store.open(state.run)
        step = run.find_model(state.step)
        key = (state.run, run.spec.created, step, state.prompt)  # a new run may have the name of a deleted one
        with self._lock:
            source = self._of_models.get(key)
            if source is None:
                source = self._of_models[key] = self._ask_model(state.run, step, state.prompt)
            return source

    def _ask_model(self, run: str, step: int, prompt: str) -> Source:
        model, tokenizer = self._context.models.get(run, step)
        ids = encode(prompt, tokenizer)
        logits = next_token_logits(model, ids)

        def find(text: str) -> int | None:
            found = encode(text, tokenizer)
            return found[0] if len(found) == 1 else None

        return Source("model", logits, torch.tensor(ids), lambda i: token_text(i, tokenizer), find)


def read_tokens(text: str, source: Source) -> list[tuple[int, float]]:
    """Ids and numbers from tokens separated by commas, each followed by a number; without one it is 0.

    A token is written as its text (in double quotes if it contains spaces or commas), or as `#` and its id. Raises
    `SettingsError` if a text is not a token.

    >>> read_tokens("pizza +2.5, #3 -1, you", toy_source(LabState()))
    [(6, 2.5), (3, -1.0), (8, 0.0)]
    """
    if len(text) > MAX_TOKEN_LIST_CHARS:
        raise SettingsError(f"The list of tokens is longer than {MAX_TOKEN_LIST_CHARS} characters; shorten it.")
    pairs = []
    for part in re.findall(r'(?:"[^"]*"|[^,"])+', text):
        found = re.fullmatch(
            r'\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>.*?))(?:\s+(?P<number>[+-]?\d+(?:\.\d+)?))?\s*', part
        )
        if found is None:
            raise SettingsError(f'{part.strip()} is no token; write it like pizza +2, or " pizza" +2.')
        token = found["plain"] if found["quoted"] is None else found["quoted"]
        if token:
            pairs.append((source.token_id(token), float(found["number"] or 0)))
    return pairs
