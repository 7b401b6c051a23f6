"""The state of the decoding laboratory: the widgets share it, and the page's address contains it."""

from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from playground.config import Config
from playground.errors import SettingsError, explain
from playground.sampling import TOY_LOGITS, TOY_VOCABULARY, AnyStage, Pipeline, Temperature, TopK
from playground.sampling.toy import MOST_DRAWS

CHAPTER_WORDS = tuple((word, round(TOY_LOGITS[i].item(), 4)) for word, i in TOY_VOCABULARY.items())
"""The chapter's nine words with their logits."""
CHAPTER_PROMPT = "every effort moves you"
TOP_K_ALL = TopK(len(CHAPTER_WORDS))
"""A top-k that keeps all of the chapter's words."""
CHAPTER_STAGES = (TOP_K_ALL, Temperature(1.0))
"""The chapter's stages in its order, with settings that change nothing."""

MAX_WORDS = 40
MAX_WORD_CHARS = 40
MAX_LOGIT = 1000
"""Largest absolute value of a word's logit."""
MAX_SEED = 2**53 - 1
"""Largest whole number that JavaScript represents exactly."""
TOP_CHOICES = (10, 20, 30, 50)
"""How many of a model's tokens the page offers to show."""
MAX_PROMPT_CHARS = 4000
MAX_STATE_CHARS = 50_000
"""Longest state, as JSON."""

_TOO_LONG = "The state of the panel is too long to be read; use fewer words or stages."


class LabState(Config):
    """The state of the decoding laboratory; its defaults are the chapter's.

    >>> LabState().words[6]
    ('pizza', -1.89)
    """

    source: Literal["toy", "model"] = Field(
        default="toy", description="Whether the logits are those of `words` or a trained model's."
    )
    words: tuple[tuple[str, float], ...] = Field(
        default=CHAPTER_WORDS, min_length=1, max_length=MAX_WORDS, description="Words and their logits."
    )
    run: str = Field(default="", max_length=64, description="The run of the model.")
    step: int | Literal["last", "best"] = Field(default="last", description="The checkpoint of the run.")
    prompt: str = Field(
        default=CHAPTER_PROMPT, max_length=MAX_PROMPT_CHARS, description="The text before the next token."
    )
    stages: tuple[AnyStage, ...] = Field(default=CHAPTER_STAGES, max_length=40, description="The stages, in order.")
    n: int = Field(default=1000, ge=1, le=MOST_DRAWS, description="Number of draws.")
    seed: int = Field(default=123, ge=0, le=MAX_SEED, description="Seed of the draws.")
    top: int = Field(default=20, ge=5, le=TOP_CHOICES[-1], description="Number of a model's tokens that are shown.")
    find: str = Field(default="", max_length=200, description="A token that is shown at any rank.")
    follow: str = Field(default="forward", max_length=200, description="The word whose share of the draws is plotted.")
    log: bool = Field(default=False, description="Whether the bars have a logarithmic scale.")
    lessons: tuple[Literal["draws", "exercises", "figure"], ...] = Field(
        default=(), max_length=3, description="The lessons that are open, in the order in which they were opened."
    )

    @field_validator("words")
    @classmethod
    def _words_fit(cls, words: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
        for word, logit in words:
            if not 0 < len(word) <= MAX_WORD_CHARS:
                raise ValueError(f"a word needs 1 to {MAX_WORD_CHARS} characters")
            if abs(logit) > MAX_LOGIT:
                raise ValueError(f"the logit of {word!r} must lie between {-MAX_LOGIT} and {MAX_LOGIT}")
        if len({word for word, _ in words}) < len(words):
            raise ValueError("every word may appear once")
        return words

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        if len(self.to_json()) > MAX_STATE_CHARS:
            raise ValueError(_TOO_LONG)
        return self

    @property
    def pipeline(self) -> Pipeline:
        """The stages as a pipeline; raises `SettingsError` where they do not fit each other."""
        return Pipeline(self.stages)

    def to_json(self) -> str:
        """All fields as JSON on one line."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read and check a state from JSON; fields that are left out have their defaults. Raises `SettingsError`.

        >>> LabState.from_json('{"seed": 7}').seed
        7
        """
        if len(text) > MAX_STATE_CHARS:
            raise SettingsError(_TOO_LONG)
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise explain(error) from None


START = LabState(stages=(TOP_K_ALL, Temperature(2.0)))
"""What the page opens with: the chapter's words at a temperature that changes something.

An address is still read with the defaults of `LabState`, so that addresses of any age open the same.
"""
