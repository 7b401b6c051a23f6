"""Steps as lines of the desk's log, with text that never holds half a character."""

import json
from collections.abc import Sequence
from typing import Any

import tiktoken

from playground.sampling import Step
from playground.text.tokenizer import StreamingDecoder, token_text

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class Words:
    """Turns the tokens of one text, in their order, into lines; `ids` are those that stand in the log already.

    A token that only begins a character has an empty text, and the one that completes it has the whole character, so
    that the texts joined are the text. `d` is the token by itself where that looks different.
    """

    def __init__(self, tokenizer: tiktoken.Encoding, ids: list[int] | None = None) -> None:
        self.tokenizer = tokenizer
        self._decoder = StreamingDecoder(tokenizer)
        self._names: dict[int, str] = {}
        self._in_json: dict[int, str] = {}
        for token in ids or []:
            self._decoder.push(token)

    def line(self, step: Step, by: str | None = None, **more: Any) -> str:
        """The line of a token that was drawn, or put in `by` hand; `more` goes along."""
        listed = [
            f"[{self._shown(other.id)},{other.probability:.5g},{other.probability_after:.5g}]"
            for other in step.alternatives
        ]
        return self._line(step.id, by, listed, **_measures(step), q=_short(step.probability_after), **more)

    def prompt_line(self, token: int, step: Step | None = None) -> str:
        """The line of a token of the prompt; the first one has no step, for nothing stands before it."""
        if step is None:
            return self._line(token, "prompt")
        listed = [f"[{self._shown(other.id)},{other.probability:.5g}]" for other in step.alternatives]
        return self._line(token, "prompt", listed, **_measures(step))

    def _line(self, token: int, by: str | None, listed: Sequence[str] | None = None, **values: Any) -> str:
        text, name = self._decoder.push(token), self._name(token)
        shown = {"i": token, "t": text, **({} if name == text else {"d": name}), **({"by": by} if by else {})}
        said = _to_json({**shown, **values})
        return f"{said}\n" if listed is None else f'{said[:-1]},"a":[{",".join(listed)}]}}\n'

    def _name(self, token: int) -> str:
        if token not in self._names:
            self._names[token] = token_text(token, self.tokenizer)
        return self._names[token]

    def _shown(self, token: int) -> str:
        """Id and name of an alternative in JSON, kept: the same ones come again and again, and writing waits for it."""
        if token not in self._in_json:
            self._in_json[token] = f"{token},{_to_json(self._name(token))}"
        return self._in_json[token]


def _measures(step: Step) -> dict[str, Any]:
    seen = {"s": step.seen_from} if step.seen_from else {}
    return {"p": _short(step.probability), "r": step.rank, "h": round(step.entropy_bits, 4), **seen}


def _short(share: float) -> float:
    """Five significant digits: more would only lengthen the log.

    >>> _short(0.123456789)
    0.12346
    """
    return float(f"{share:.5g}")
