"""What the laboratory shows, as one small value: the widgets exchange it, and the page's address holds it."""

from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator

from playground.config import Config
from playground.errors import SettingsError, explain
from playground.sampling import TOY_LOGITS, TOY_VOCABULARY, AnyStage, Pipeline, Temperature, TopK
from playground.sampling.toy import MOST_DRAWS

CHAPTER_WORDS = tuple((word, round(TOY_LOGITS[i].item(), 4)) for word, i in TOY_VOCABULARY.items())
"""The chapter's nine words with their logits."""
CHAPTER_PROMPT = "every effort moves you"
CHAPTER_STAGES = (TopK(len(CHAPTER_WORDS)), Temperature(1.0))
"""The chapter's stages in its order, so set that they change nothing yet."""
LONGEST_STATE = 50_000
"""Characters of a state that is read at most."""


class LabState(Config):
    """The state of the decoding laboratory; its defaults are the chapter's.

    >>> LabState().words[6]
    ('pizza', -1.89)
    """

    source: Literal["toy", "model"] = Field("toy", description="The nine words, or a model that was trained here.")
    words: tuple[tuple[str, float], ...] = Field(
        CHAPTER_WORDS, min_length=1, max_length=40, description="Words, logits."
    )
    run: str = Field("", max_length=64, description="The run whose model is asked.")
    step: int | Literal["last", "best"] = Field("last", description="Which of its checkpoints.")
    prompt: str = Field(CHAPTER_PROMPT, max_length=4000, description="The text so far.")
    stages: tuple[AnyStage, ...] = Field(CHAPTER_STAGES, max_length=40, description="The stages, first to last.")
    n: int = Field(1000, ge=1, le=MOST_DRAWS, description="Number of draws.")
    seed: int = Field(123, ge=0, le=2**53 - 1, description="Seed of the draws.")
    top: int = Field(20, ge=5, le=50, description="Tokens shown of a model's vocabulary.")
    find: str = Field("", max_length=200, description="A token to show wherever it ranks.")
    follow: str = Field("forward", max_length=200, description="The word whose share of the draws is followed.")
    log: bool = Field(False, description="Whether the bars are logarithmic.")

    @field_validator("words")
    @classmethod
    def _words_fit(cls, words: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
        for word, logit in words:
            if not 0 < len(word) <= 40:
                raise ValueError("a word needs 1 to 40 characters")
            if abs(logit) > 1000:
                raise ValueError(f"the logit of {word!r} must lie between -1000 and 1000")
        if len({word for word, _ in words}) < len(words):
            raise ValueError("every word may stand there once")
        return words

    @property
    def pipeline(self) -> Pipeline:
        """The stages as they are run; raises `SettingsError` where they do not go together."""
        return Pipeline(self.stages)

    def to_json(self) -> str:
        """The state in full, on one line."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read and check a state; raises `SettingsError`.

        >>> LabState.from_json('{"seed": 7}').seed
        7
        """
        if len(text) > LONGEST_STATE:
            raise SettingsError("The state of the panel is too long to be read; use fewer words or stages.")
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise explain(error) from None
