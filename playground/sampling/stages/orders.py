"""Well-known orders of the stages, by name, with their default settings."""

from playground.sampling.stages import (
    XTC,
    Ban,
    Dry,
    EpsilonCutoff,
    EtaCutoff,
    FrequencyPenalty,
    LogitBias,
    MinP,
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

ORDERS: dict[str, tuple[Stage, ...]] = {
    "chapter": (TopK(25), Temperature(1.4)),
    "transformers": (
        LogitBias(on=False),
        RepetitionPenalty(on=False),
        NoRepeatNGram(on=False),
        Ban(on=False),
        Temperature(1.0),
        TopK(50),
        TopP(on=False),
        MinP(on=False),
        Typical(on=False),
        EpsilonCutoff(on=False),
        EtaCutoff(on=False),
    ),
    "llama.cpp": (
        LogitBias(on=False),
        RepetitionPenalty(window=64, on=False),
        FrequencyPenalty(window=64, on=False),
        PresencePenalty(window=64, on=False),
        Dry(on=False),
        TopNSigma(on=False),
        TopK(40),
        Typical(on=False),
        TopP(0.95),
        MinP(0.05),
        XTC(on=False),
        Temperature(0.8),
    ),
}
"""The chapter's `generate` with the settings of its example; transformers' `generate` and llama.cpp's sampler chain,
each with its defaults. Stages that those libraries have but leave off by default are included, switched off."""
