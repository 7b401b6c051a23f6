"""The chapter's exercises on decoding as cards: a question, a prediction, buttons that set the panel, the result."""

from typing import Any

import torch

from playground.errors import SettingsError
from playground.sampling import (
    TOY_LOGITS,
    TOY_VOCABULARY,
    AnyStage,
    Pipeline,
    Temperature,
    TopK,
    count_draws,
    entropy_bits,
)
from playground.ui.tabs.decoding.state import TOP_K_ALL, LabState

Stages = tuple[AnyStage, ...]

DRAWS, SEED = 1000, 123
_COUNT_TEMPERATURES = (1.0, 0.1, 5.0)
_LOW: Stages = (TopK(3), Temperature(0.3))
_HIGH: Stages = (TopK(9), Temperature(2.0))
_CERTAIN_OR_NOT: dict[str, Stages] = {
    "T = 0": (TOP_K_ALL, Temperature(0.0)),
    "top-k 1": (TopK(1), Temperature(1.0)),
    "T = 0.1": (TOP_K_ALL, Temperature(0.1)),
    "top-k 3": (TopK(3), Temperature(1.0)),
}


def make_cards() -> list[dict[str, Any]]:
    """The three cards, as the widget `Exercises` reads them.

    >>> [card["number"] for card in make_cards()]
    ['5.1', '5.2', '5.3']
    """
    return [_counts_card(), _tasks_card(), _certainty_card()]


def answer_exercise(number: str) -> dict[str, Any]:
    """The result as a table, headings and rows; raises `SettingsError` for a number without an exercise.

    >>> answer_exercise("5.1")["rows"][2]
    ['T = 5', '32', '43.0', '4.30 %']
    """
    if number == "5.1":
        return {"head": ["", "drawn", "expected", "probability"], "rows": [_count(t) for t in _COUNT_TEMPERATURES]}
    if number == "5.2":
        return {"head": ["", "bits", "12 words drawn"], "rows": [_draw_text("low", _LOW), _draw_text("high", _HIGH)]}
    if number == "5.3":
        return {
            "head": ["setting", "bits", "forward in 1,000", "different words"],
            "rows": [_certainty(label, stages) for label, stages in _CERTAIN_OR_NOT.items()],
        }
    raise SettingsError(f"There is no exercise {number[:20]} here; choose 5.1, 5.2 or 5.3.")


def _set_up(label: str, stages: Stages, **changes: Any) -> dict[str, Any]:
    """A button that sets the panel to the chapter's words under these stages."""
    state = LabState(stages=stages, n=DRAWS, seed=SEED, **changes)
    return {"label": label, "state": state.model_dump(mode="json", exclude={"lessons"})}


def _counts_card() -> dict[str, Any]:
    labels = [f"T = {t:g}" for t in _COUNT_TEMPERATURES]
    return {
        "number": "5.1",
        "place": "lab-draws",
        "title": "How often does pizza come?",
        "question": "Draw 1,000 words under seed 123 at T = 1, 0.1 and 5. How often will pizza be among them? "
        "And is there a way to know that is faster and more exact than drawing?",
        "predict": {"kind": "numbers", "labels": labels, "unit": "times in 1,000", "max": DRAWS},
        "set_ups": [
            _set_up(label, (TOP_K_ALL, Temperature(t)), follow="pizza")
            for label, t in zip(labels, _COUNT_TEMPERATURES, strict=True)
        ],
        "why": "A count is the probability seen through noise: 1,000 draws at 4.3 % give 43, give or take 6.4, and "
        "32 lies within two such steps. Faster and exact is to read the probability itself off the softmax; "
        "nothing has to be drawn. At T = 1 and 0.1 pizza is possible, but far too unlikely for 1,000 draws.",
    }


def _tasks_card() -> dict[str, Any]:
    expected = {
        "answering a question of fact": "low",
        "writing code": "low",
        "summing up a contract": "low",
        "collecting ideas": "high",
        "a bedtime story": "high",
        "a poem": "high",
    }
    return {
        "number": "5.2",
        "place": "lab-picture",
        "title": "When low, when high?",
        "question": "For which tasks would you set temperature and top-k low, for which high?",
        "predict": _choices(["low", "high"], expected),
        "set_ups": [_set_up("Low: top-k 3, T = 0.3", _LOW), _set_up("High: top-k 9, T = 2", _HIGH)],
        "why": "Where one answer is right, a word that is merely possible is a mistake: low settings keep to what "
        "the model is sure of. Where many answers are welcome, low settings say the same thing again and again; "
        "high ones let the less likely words in.",
    }


def _certainty_card() -> dict[str, Any]:
    expected = {"T = 0": "certain", "top-k 1": "certain", "T = 0.1": "still chance", "top-k 3": "still chance"}
    return {
        "number": "5.3",
        "place": "lab-picture",
        "title": "The same text every time",
        "question": "Which settings make the choice certain, so that generate writes the same text every time?",
        "predict": _choices(["certain", "still chance"], expected),
        "set_ups": [_set_up(label, stages) for label, stages in _CERTAIN_OR_NOT.items()],
        "why": "Temperature 0 takes the likeliest word outright, and a top-k of 1 leaves nothing else to draw. "
        "T = 0.1 is close, yet 15 of 1,000 draws say toward. A fixed seed repeats a text as well, but by repeating "
        "the dice, not by doing without them.",
    }


def _choices(options: list[str], expected: dict[str, str]) -> dict[str, Any]:
    """A prediction that picks one of `options` for each label."""
    return {"kind": "choices", "options": options, "labels": list(expected), "expected": list(expected.values())}


def _probs(stages: Stages) -> torch.Tensor:
    return Pipeline(stages)(TOY_LOGITS).softmax(-1)


def _count(temperature: float) -> list[str]:
    """How often pizza is drawn, how often it is expected, and its probability."""
    pizza, probs = TOY_VOCABULARY["pizza"], _probs((Temperature(temperature),))
    p = float(probs[pizza])
    drawn = int(count_draws(probs, DRAWS, SEED)[pizza])
    exact = f"{p:.2%}".replace("%", " %") if p > 1e-3 else f"{p:.3e}"
    return [f"T = {temperature:g}", str(drawn), f"{DRAWS * p:.1f}" if p > 1e-5 else "0.0", exact]


def _draw_text(label: str, stages: Stages) -> list[str]:
    """The entropy, and twelve words drawn one after the other."""
    probs, words = _probs(stages), list(TOY_VOCABULARY)
    generator = torch.Generator().manual_seed(SEED)
    drawn = torch.multinomial(probs, 12, replacement=True, generator=generator).tolist()
    return [label, f"{float(entropy_bits(probs)):.3f}", " ".join(words[i] for i in drawn)]


def _certainty(label: str, stages: Stages) -> list[str]:
    """The entropy, how often forward is drawn, and how many different words are."""
    probs = _probs(stages)
    counts = count_draws(probs, DRAWS, SEED)
    forward = f"{int(counts[TOY_VOCABULARY['forward']]):,}"
    return [label, f"{float(entropy_bits(probs)):.3f}", forward, str(int((counts > 0).sum()))]
