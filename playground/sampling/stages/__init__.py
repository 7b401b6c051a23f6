"""The stages between the logits and the next token, by family: shaping, truncation, penalties, adaptive."""

from typing import Annotated

from pydantic import Field

from playground.sampling.stages.adaptive import XTC, Mirostat
from playground.sampling.stages.base import DrawState, Stage
from playground.sampling.stages.penalties import (
    Dry,
    FrequencyPenalty,
    NoRepeatNGram,
    PresencePenalty,
    RepetitionPenalty,
)
from playground.sampling.stages.shaping import Ban, LogitBias, Temperature
from playground.sampling.stages.truncation import EpsilonCutoff, EtaCutoff, MinP, TopK, TopNSigma, TopP, Typical

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
"""Any stage; `name` tells them apart in JSON."""

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
    "DrawState",
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
