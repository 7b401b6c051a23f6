"""The stages between the logits and the next token, by family: shaping, cutting, penalties, adaptive."""

from typing import Annotated

from pydantic import Field

from playground.sampling.stages.adaptive import XTC, Mirostat
from playground.sampling.stages.base import Moment, Stage
from playground.sampling.stages.cutting import EpsilonCutoff, EtaCutoff, MinP, TopK, TopNSigma, TopP, Typical
from playground.sampling.stages.penalties import (
    Dry,
    FrequencyPenalty,
    NoRepeatNGram,
    PresencePenalty,
    RepetitionPenalty,
)
from playground.sampling.stages.shaping import Ban, LogitBias, Temperature

AnyStage = Annotated[
    LogitBias
    | Ban
    | RepetitionPenalty
    | FrequencyPenalty
    | PresencePenalty
    | NoRepeatNGram
    | Dry
    | TopNSigma
    | TopK
    | Typical
    | TopP
    | MinP
    | EpsilonCutoff
    | EtaCutoff
    | XTC
    | Mirostat
    | Temperature,
    Field(discriminator="name"),
]
"""Every stage there is, told apart by its `name` in JSON."""

__all__ = [
    "AnyStage",
    "Ban",
    "Dry",
    "EpsilonCutoff",
    "EtaCutoff",
    "FrequencyPenalty",
    "LogitBias",
    "MinP",
    "Mirostat",
    "Moment",
    "NoRepeatNGram",
    "PresencePenalty",
    "RepetitionPenalty",
    "Stage",
    "Temperature",
    "TopK",
    "TopNSigma",
    "TopP",
    "Typical",
    "XTC",
]
