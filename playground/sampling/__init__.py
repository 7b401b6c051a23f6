"""From logits to the next token: stages, pipelines, the book's nine words, and the functions that write text."""

from playground.sampling.beam import BeamConfig, BeamNode, BeamSearch, BeamText, beam_search
from playground.sampling.generate import generate, next_token_logits, next_token_probabilities, write_sample
from playground.sampling.order_matters import Swap, smallest_swap
from playground.sampling.pipeline import Pipeline
from playground.sampling.probabilities import entropy_bits, softmax_with_temperature
from playground.sampling.race import race
from playground.sampling.receipt import Receipt
from playground.sampling.score import read_text
from playground.sampling.stages import (
    XTC,
    AnyStage,
    Ban,
    DrawState,
    Dry,
    EpsilonCutoff,
    EtaCutoff,
    FrequencyPenalty,
    LogitBias,
    MinP,
    Mirostat,
    NoRepeatNGram,
    PresencePenalty,
    RepetitionPenalty,
    Stage,
    Temperature,
    TopK,
    TopNSigma,
    TopP,
    Typical,
)
from playground.sampling.stages.orders import ORDERS
from playground.sampling.stages.trace import StageTrace, Trace
from playground.sampling.steps import Alternative, Step
from playground.sampling.stream import stream, stream_samples
from playground.sampling.toy import TOY_LOGITS, TOY_VOCABULARY, count_draws, running_shares
from playground.sampling.writing import Piece, prompt_to_ids, write_text

__all__ = [
    "Alternative",
    "AnyStage",
    "Ban",
    "BeamConfig",
    "BeamNode",
    "BeamSearch",
    "BeamText",
    "Dry",
    "EpsilonCutoff",
    "EtaCutoff",
    "FrequencyPenalty",
    "LogitBias",
    "MinP",
    "Mirostat",
    "DrawState",
    "NoRepeatNGram",
    "ORDERS",
    "Piece",
    "Pipeline",
    "PresencePenalty",
    "Receipt",
    "RepetitionPenalty",
    "Stage",
    "StageTrace",
    "Step",
    "Swap",
    "TOY_LOGITS",
    "TOY_VOCABULARY",
    "Temperature",
    "TopK",
    "TopNSigma",
    "TopP",
    "Trace",
    "Typical",
    "XTC",
    "beam_search",
    "count_draws",
    "entropy_bits",
    "generate",
    "next_token_logits",
    "next_token_probabilities",
    "prompt_to_ids",
    "race",
    "read_text",
    "running_shares",
    "smallest_swap",
    "softmax_with_temperature",
    "stream",
    "stream_samples",
    "write_sample",
    "write_text",
]
