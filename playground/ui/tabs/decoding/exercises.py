"""The chapter's exercises on decoding as cards: question, prediction, one-click set-ups, what comes out, and why."""

from typing import Any

import torch

from playground.errors import SettingsError
from playground.sampling import (
    TOY_LOGITS,
    TOY_VOCABULARY,
    Pipeline,
    Stage,
    Temperature,
    TopK,
    count_draws,
    entropy_bits,
)
from playground.ui.tabs.decoding.state import CHAPTER_STAGES, LabState

DRAWS, SEED = 1000, 123
_LOW = (TopK(3), Temperature(0.3))
_HIGH = (TopK(9), Temperature(2.0))


def _set_up(label: str, *stages: Stage, **more: Any) -> dict[str, Any]:
    """A button that sets the panel: the chapter's words under these stages."""
    state = LabState(stages=stages, n=DRAWS, seed=SEED, **more)
    return {"label": label, "state": state.model_dump(mode="json")}


def make_cards() -> list[dict[str, Any]]:
    """The three cards, as the widget `Exercises` reads them.

    >>> [card["number"] for card in make_cards()]
    ['5.1', '5.2', '5.3']
    """
    k9 = CHAPTER_STAGES[0]
    return [
        {
            "number": "5.1",
            "place": "lab-draws",
            "title": "How often does pizza come?",
            "question": "Draw 1,000 words under seed 123 at T = 1, 0.1 and 5. How often will pizza be among them? "
            "And is there a way to know that is faster and more exact than drawing?",
            "predict": {"kind": "numbers", "labels": ["T = 1", "T = 0.1", "T = 5"], "unit": "times in 1,000"},
            "set_ups": [_set_up(f"T = {t:g}", k9, Temperature(t), follow="pizza") for t in (1.0, 0.1, 5.0)],
            "why": "A count is the probability seen through noise: 1,000 draws at 4.3 % give 43, give or take 6.4, and "
            "32 lies within two such steps. Faster and exact is to read the probability itself off the softmax; "
            "nothing has to be drawn. At T = 1 and 0.1 pizza is possible, but far too unlikely for 1,000 draws.",
        },
        {
            "number": "5.2",
            "place": "lab-picture",
            "title": "When low, when high?",
            "question": "For which tasks would you set temperature and top-k low, for which high?",
            "predict": {
                "kind": "choices",
                "options": ["low", "high"],
                "labels": [
                    "answering a question of fact",
                    "writing code",
                    "summing up a contract",
                    "collecting ideas",
                    "a bedtime story",
                    "a poem",
                ],
                "expected": ["low", "low", "low", "high", "high", "high"],
            },
            "set_ups": [_set_up("Low: top-k 3, T = 0.3", *_LOW), _set_up("High: top-k 9, T = 2", *_HIGH)],
            "why": "Where one answer is right, a word that is merely possible is a mistake: low settings keep to what "
            "the model is sure of. Where many answers are welcome, low settings say the same thing again and again; "
            "high ones let the less likely words in.",
        },
        {
            "number": "5.3",
            "place": "lab-picture",
            "title": "The same text every time",
            "question": "Which settings make the choice certain, so that generate writes the same text every time?",
            "predict": {
                "kind": "choices",
                "options": ["certain", "still chance"],
                "labels": ["T = 0", "top-k 1", "T = 0.1", "top-k 3"],
                "expected": ["certain", "certain", "still chance", "still chance"],
            },
            "set_ups": [
                _set_up("T = 0", k9, Temperature(0.0)),
                _set_up("top-k 1", TopK(1), Temperature(1.0)),
                _set_up("T = 0.1", k9, Temperature(0.1)),
                _set_up("top-k 3", TopK(3), Temperature(1.0)),
            ],
            "why": "Temperature 0 takes the likeliest word outright, and a top-k of 1 leaves nothing else to draw. "
            "T = 0.1 is close, yet 15 of 1,000 draws say toward. A fixed seed repeats a text as well, but by repeating "
            "the dice, not by doing without them.",
        },
    ]


def answer_exercise(number: str) -> dict[str, Any]:
    """What really comes out: a table of headings and rows; raises `SettingsError` for a number that is none of these.

    >>> answer_exercise("5.1")["rows"][2]
    ['T = 5', '32', '43.0', '4.30 %']
    """
    if number == "5.1":
        return _pizza()
    if number == "5.2":
        return {
            "head": ["", "bits", "12 words drawn"],
            "rows": [_written("low", _LOW), _written("high", _HIGH)],
        }
    if number == "5.3":
        k9 = CHAPTER_STAGES[0]
        return {
            "head": ["setting", "bits", "forward in 1,000", "different words"],
            "rows": [
                _certainty("T = 0", (k9, Temperature(0.0))),
                _certainty("top-k 1", (TopK(1), Temperature(1.0))),
                _certainty("T = 0.1", (k9, Temperature(0.1))),
                _certainty("top-k 3", (TopK(3), Temperature(1.0))),
            ],
        }
    raise SettingsError(f"There is no exercise {str(number)[:20]} here; choose 5.1, 5.2 or 5.3.")


def _probs(stages: tuple[Stage, ...]) -> torch.Tensor:
    return Pipeline(stages)(TOY_LOGITS).softmax(-1)


def _pizza() -> dict[str, Any]:
    pizza, rows = TOY_VOCABULARY["pizza"], []
    for temperature in (1.0, 0.1, 5.0):
        probs = _probs((Temperature(temperature),))
        p = float(probs[pizza])
        drawn = int(count_draws(probs, DRAWS, SEED)[pizza])
        exact = f"{p:.2%}".replace("%", " %") if p > 1e-3 else f"{p:.3e}"
        rows.append([f"T = {temperature:g}", str(drawn), f"{DRAWS * p:.1f}" if p > 1e-5 else "0.0", exact])
    return {"head": ["", "drawn", "expected", "probability"], "rows": rows}


def _written(label: str, stages: tuple[Stage, ...]) -> list[str]:
    probs, words = _probs(stages), list(TOY_VOCABULARY)
    generator = torch.Generator().manual_seed(SEED)
    drawn = torch.multinomial(probs, 12, replacement=True, generator=generator).tolist()
    return [label, f"{float(entropy_bits(probs)):.3f}", " ".join(words[i] for i in drawn)]


def _certainty(label: str, stages: tuple[Stage, ...]) -> list[str]:
    probs = _probs(stages)
    counts = count_draws(probs, DRAWS, SEED)
    forward = f"{int(counts[TOY_VOCABULARY['forward']]):,}"
    return [label, f"{float(entropy_bits(probs)):.3f}", forward, str(int((counts > 0).sum()))]
