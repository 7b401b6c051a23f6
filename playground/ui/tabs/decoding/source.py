"""Where the logits come from: the toy vocabulary, or a model and a prompt. V: vocabulary, T: tokens so far."""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import torch
from torch import Tensor

from playground.errors import SettingsError
from playground.sampling.generate import next_token_logits
from playground.text.tokenizer import encode, token_text
from playground.ui.context import Context
from playground.ui.tabs.decoding.state import LabState

KEPT_LOGITS = 32  # rows of logits kept: 200 kB each for all of GPT-2's vocabulary
LONGEST_TOKEN_LIST = 2000


@dataclass(frozen=True, eq=False)
class Source:
    """Next-token logits `(V,)`, the ids they follow `(T,)`, and the names of the tokens."""

    kind: str
    logits: Tensor
    context: Tensor
    name: Callable[[int], str]
    find: Callable[[str], int | None]
    """The id of a token given as text; None if no single token is that text."""

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
    """The words of the state; words of the prompt that are among them are the text so far.

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
    """The source a state asks for; the logits of the latest prompts are kept, so that moving a slider runs no model."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, int, str], Source] = OrderedDict()

    def get(self, state: LabState) -> Source:
        """Raises `RunError`, `CheckpointError` or `SettingsError` with a sentence for the page."""
        if state.source == "toy":
            return toy_source(state)
        if not state.run:
            raise SettingsError("Choose a run whose model shall be asked; train one first if there is none.")
        step = self._context.store.open(state.run).find_model(state.step)
        key = (state.run, step, state.prompt)
        with self._lock:  # one forward pass at a time
            source = self._kept.pop(key, None) or self._ask(*key)
            self._kept[key] = source
            while len(self._kept) > KEPT_LOGITS:
                self._kept.popitem(last=False)
        return source

    def _ask(self, run: str, step: int, prompt: str) -> Source:
        model, tokenizer = self._context.models.get(run, step)
        ids = encode(prompt, tokenizer)
        logits = next_token_logits(model, ids)

        def find(text: str) -> int | None:
            found = encode(text, tokenizer)
            return found[0] if len(found) == 1 else None

        return Source("model", logits, torch.tensor(ids), lambda i: token_text(i, tokenizer), find)


def read_tokens(text: str, source: Source) -> list[tuple[int, float]]:
    """Tokens written by hand and separated by commas, each with a number behind it or 0: ids and numbers.

    A token is written as it reads (in double quotes if it holds blanks or commas), or as `#` and its id. Raises
    `SettingsError` for what is no token.

    >>> read_tokens("pizza +2.5, #3 -1, you", toy_source(LabState()))
    [(6, 2.5), (3, -1.0), (8, 0.0)]
    """
    if len(text) > LONGEST_TOKEN_LIST:
        raise SettingsError(f"The list of tokens is longer than {LONGEST_TOKEN_LIST} characters; shorten it.")
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
