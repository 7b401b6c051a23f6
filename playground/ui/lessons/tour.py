"""The tour: eight lessons on the recorded run and the chapter's words, as data for the widget `LessonCard`.

All figures are computed here or are the book's; the widget only shows them.
"""

import math
from dataclasses import asdict
from typing import Any

import torch

from playground.evaluation.chapter.costs import DOLLARS_PER_8_GPU_HOURS, LLAMA_HOURS
from playground.evaluation.chapter.costs import dollars as price_of
from playground.sampling import TOY_LOGITS, TOY_VOCABULARY, AnyStage, Pipeline, Temperature, TopP
from playground.training.runs.recorded import NAME
from playground.ui.lessons.figures import recorded_figures
from playground.ui.lessons.lesson import Lesson
from playground.ui.tabs.decoding.state import TOP_K_ALL, LabState

GPT2_VOCABULARY = 50_257
UNTRAINED_LOSS, UNTRAINED_PERPLEXITY = 10.7940, 48_725.8
"""Of the book's untrained GPT-2 on six tokens (section 5.1)."""
DRAWS, PIZZAS_DRAWN = 1000, 32
"""How often the book draws "pizza" at temperature 5 (exercise 5.1)."""
WORDS_OF_ORDER = (("first", 3.0), ("second", 2.0), ("third", 1.0))
"""Words with logits of which top-p keeps fewer after a temperature than before it."""
PROMPT_FROM_STORY = "There was no comma and no advice. Nobody knew who had painted it."
"""Two sentences of the text that the recorded run was trained on."""
CHART, STAGES, PROMPT, TEXT, COST = ".cv-losses", "#lab-stages", "#desk-prompt", "#desk", "#ev-cost"
"""Selectors of parts of the page."""


def make_lessons() -> list[dict[str, Any]]:
    """The eight lessons of the tour, in order.

    >>> [lesson["id"] for lesson in make_lessons()]
    ['training', 'guessing', 'memorising', 'pizza', 'order', 'instead', 'recited', 'cost']
    """
    lessons = (_training(), _guessing(), _memorising(), _pizza(), _order(), _instead(), _recited(), _cost())
    return [asdict(lesson) for lesson in lessons]


def _percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


# --- what the recorded run learned -----------------------------------------------------------------------------------


def _training() -> Lesson:
    run = recorded_figures()
    return Lesson(
        id="training",
        title="What training changes",
        tab="train",
        place={"run": NAME},
        parameters={"moment": str(run.second["step"])},
        hide=("settings",),
        look=CHART,
        question="After one reading of the story, the model writes the same word again and again. "
        "What will training change, so that it writes sentences?",
        guess={
            "answers": [
                "Its program: rules of grammar are added",
                "Its weights: numbers that stay in their places",
                "Its vocabulary: words are added",
            ],
            "right": 1,
        },
        task="Drag across the chart, from left to right, up to its end.",
        done={"parameter": "moment", "min": run.last["step"] - 10, "empty": True},
        answer=f"Only its weights: the same {run.n_parameters:,} numbers, moved a little at each of "
        f"{run.last['step']} steps.",
        why="Each step moves every weight a little, so that the story's next tokens become more probable; sentences "
        "are what follows from that.",
    )


def _guessing() -> Lesson:
    run = recorded_figures()
    return Lesson(
        id="guessing",
        title="What 10.79 is",
        tab="train",
        place={"run": NAME},
        parameters={"moment": str(run.second["step"])},
        hide=("settings",),
        look=CHART,
        question=f"The book's untrained GPT-2 has a loss of {UNTRAINED_LOSS:.4f}. It is then as unsure as if it chose "
        "among how many tokens, all equally likely?",
        guess={"answers": ["About 11", "About 1,079", f"About {UNTRAINED_PERPLEXITY:,.0f}"], "right": 2},
        task="Go to the very start of the training on the chart, and compare the loss with the dotted line.",
        done={"parameter": "moment", "max": run.first["step"]},
        answer=f"{UNTRAINED_PERPLEXITY:,.1f} of {GPT2_VOCABULARY:,} tokens. "
        "That is e to the power of the loss, its perplexity.",
        why=f"Blind guessing costs the logarithm of the vocabulary's size: ln {GPT2_VOCABULARY:,} = "
        f"{math.log(GPT2_VOCABULARY):.2f} for GPT-2, and ln {run.vocab_size:,} = {math.log(run.vocab_size):.2f} here, "
        f"where the loss starts at {run.first['val_loss']:.2f}.",
    )


def _memorising() -> Lesson:
    run = recorded_figures()
    best, last = run.best, run.last
    return Lesson(
        id="memorising",
        title="Where memorising begins",
        tab="train",
        place={"run": NAME},
        parameters={"moment": str(run.first["step"])},
        hide=("settings",),
        conceal=("verdict",),
        look=CHART,
        question="From where on does the model memorise the story, instead of learning what also helps with other "
        "sentences? Drag the chart to that place.",
        guess={"step": best["step"], "near": 20, "last": last["step"]},
        answer=f"Step {best['step']}, epoch {best['epoch']:.2f}: there the validation loss is lowest, "
        f"{best['val_loss']:.3f}. From then on it rises to {last['val_loss']:.3f}, while the training loss falls to "
        f"{last['train_loss']:.3f}.",
        why="The validation loss rises because the model now remembers sentences that the validation part does not "
        "have.",
    )


# --- decoding --------------------------------------------------------------------------------------------------------


def _pizza() -> Lesson:
    hot = torch.softmax(TOY_LOGITS / 5, dim=-1)[TOY_VOCABULARY["pizza"]].item()
    cold = torch.softmax(TOY_LOGITS, dim=-1)[TOY_VOCABULARY["pizza"]].item()
    gap = (TOY_LOGITS[TOY_VOCABULARY["forward"]] - TOY_LOGITS[TOY_VOCABULARY["pizza"]]).item()
    return Lesson(
        id="pizza",
        title="What temperature does to “pizza”",
        tab="decoding",
        parameters={"lab": LabState(stages=(TOP_K_ALL, Temperature(1.0)), follow="pizza").to_json()},
        look=STAGES,
        question="After “every effort moves you”, pizza comes about once in "
        f"{round(1 / cold, -3):,.0f} draws at temperature 1. How often will it come in {DRAWS:,} draws "
        "at temperature 5?",
        guess={"right": round(hot * DRAWS), "near": 15, "unit": f"times in {DRAWS:,}", "max": DRAWS},
        task="Move the temperature to 5 and look at pizza.",
        done={"stage": "temperature", "setting": "temperature", "min": 4.95},
        answer=f"About {hot * DRAWS:.0f} times: its probability is now {_percent(hot, 2)}. "
        f"The book's {DRAWS:,} draws gave {PIZZAS_DRAWN}.",
        why="Dividing all logits by 5 shrinks the gaps between them: “forward” was "
        f"{math.exp(gap):,.0f} times as likely as “pizza”, and now it is {math.exp(gap / 5):.1f} times.",
    )


def _order() -> Lesson:
    temperature, top_p = Temperature(0.5), TopP(0.8)
    state = LabState(words=WORDS_OF_ORDER, stages=(temperature, top_p), follow=WORDS_OF_ORDER[0][0])
    logits = torch.tensor([logit for _, logit in WORDS_OF_ORDER])
    kept, kept_swapped = (_count_kept(stages, logits) for stages in ((temperature, top_p), (top_p, temperature)))
    after, before = (torch.softmax(scaled, dim=-1)[0].item() for scaled in (logits / temperature.temperature, logits))
    return Lesson(
        id="order",
        title="Why the order matters",
        tab="decoding",
        parameters={"lab": state.to_json()},
        conceal=("order",),
        look=STAGES,
        question=f"Three words with the logits 3, 2 and 1. Temperature {temperature.temperature:g} comes first, then "
        f"top-p {top_p.p:g}, and {kept} of them is kept. How many are kept the other way round?",
        guess={"answers": ["None", "1", "2", "All 3"], "right": [0, 1, 2, 3].index(kept_swapped)},
        task="Move top-p above the temperature, with its arrow or by dragging.",
        done={"order": [top_p.name, temperature.name]},
        answer=f"{kept_swapped}: the same two stages keep one word more.",
        why="The order matters because temperature changes which tokens reach p together: "
        f"after it the first word alone has {_percent(after)}, before it only {_percent(before)}.",
    )


def _count_kept(stages: tuple[AnyStage, ...], logits: torch.Tensor) -> int:
    """How many tokens can still be drawn after the stages."""
    return int(torch.isfinite(Pipeline(stages)(logits)).sum())


# --- what the model writes -------------------------------------------------------------------------------------------


def _instead() -> Lesson:
    run = recorded_figures()
    share = run.favourite
    return Lesson(
        id="instead",
        title="What else it could have said",
        tab="generate",
        place={"run": NAME, "step": "last", "prompt": run.start_context},
        hide=("settings",),
        look=PROMPT,
        question=f"After “{run.start_context}”, how probable is the model's favourite next token?",
        guess={"answers": [f"About {_percent(share)}", "About 50 %", "About 90 %"], "right": 0},
        task="Press Write, then open one of the coloured words: what else could have stood there?",
        done={"shown": f"{TEXT} .token-panel .panel-choices"},
        answer=f"About {_percent(share)}, although this model has read the sentence {run.epochs} times.",
        why=f"A model never gives one word: it gives each of its {run.vocab_size:,} tokens a probability, one of them "
        "is drawn, and the text goes on from there; take another one under “Instead”, and so does the text.",
    )


def _recited() -> Lesson:
    run = recorded_figures()
    return Lesson(
        id="recited",
        title="Recited or invented",
        tab="generate",
        place={
            "run": NAME,
            "step": "last",
            "prompt": PROMPT_FROM_STORY,
        },
        hide=("settings",),
        look=PROMPT,
        question="This prompt stands in the story. How much of what the model adds will be copied from the story, at "
        "least 8 tokens in a row?",
        guess={"answers": ["Next to nothing", "Some of it", "Nearly all of it"], "right": None},
        task="Press Write. What is copied gets a line below it; press it to see where it stands in the story.",
        done={"shown": f"{TEXT} .copied"},
        read=f"{TEXT} .copied-train-share",
        answer="{} of this text stands word for word in the story; the rest is invented.",
        why=f"With a training loss of {run.last['train_loss']:.2f} the model knows the story nearly by heart, but each "
        "word is drawn: one improbable draw leaves the story, and from there on it has to invent.",
    )


# --- the real thing --------------------------------------------------------------------------------------------------


def _cost() -> Lesson:
    dollars = price_of(LLAMA_HOURS)
    return Lesson(
        id="cost",
        title="What the real thing costs",
        tab="evaluate",
        place={"run": NAME},
        look=COST,
        question="Llama 2 with 7 billion parameters read 2 trillion tokens. Eight A100 GPUs cost about "
        f"${DOLLARS_PER_8_GPU_HOURS} an hour. What did its training cost?",
        guess={"answers": ["About $7,000", "About $69,000", "About $690,000", "About $69 million"], "right": 2},
        task="Find the story's training among the great ones, then open “Where each number comes from”.",
        done={"shown": f"{COST} .co-sources dl"},
        answer=f"About $690,000: {LLAMA_HOURS:,} GPU hours, divided by 8, times ${DOLLARS_PER_8_GPU_HOURS}, "
        f"are ${dollars:,.0f}.",
        why="Training takes about 6 operations for each parameter and each token: twice as many parameters that read "
        "twice as many tokens cost four times as much.",
    )
