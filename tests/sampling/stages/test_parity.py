"""Every stage that transformers has, against it: 1,000 random cases each, in batches, with texts and masked tokens."""

import pytest
import torch

transformers = pytest.importorskip("transformers")
from transformers.generation import logits_process as theirs  # noqa: E402

from playground.sampling import (  # noqa: E402
    Ban,
    EpsilonCutoff,
    EtaCutoff,
    LogitBias,
    MinP,
    NoRepeatNGram,
    RepetitionPenalty,
    Temperature,
    TopK,
    TopP,
    Typical,
)

VOCAB_SIZE, LENGTH = 40, 24

PAIRS = [
    (Temperature, theirs.TemperatureLogitsWarper, [0.1, 0.5, 1.0, 1.4, 5.0]),
    (TopK, theirs.TopKLogitsWarper, [1, 3, 25, 40, 1000]),
    (TopP, theirs.TopPLogitsWarper, [0.05, 0.3, 0.8, 0.9, 0.99]),
    (MinP, theirs.MinPLogitsWarper, [0.0, 0.02, 0.1, 0.5, 1.0]),
    (Typical, theirs.TypicalLogitsWarper, [0.05, 0.3, 0.8, 0.9, 0.99]),
    (EpsilonCutoff, theirs.EpsilonLogitsWarper, [0.0003, 0.01, 0.05, 0.3, 0.9]),
    (EtaCutoff, theirs.EtaLogitsWarper, [0.0003, 0.01, 0.05, 0.3, 0.9]),
    (RepetitionPenalty, theirs.RepetitionPenaltyLogitsProcessor, [0.5, 1.0, 1.1, 2.0, 8.0]),
    (NoRepeatNGram, theirs.NoRepeatNGramLogitsProcessor, [1, 2, 3, 4, 30]),
]


def cases(seed, rows=200):
    """Logits of many shapes: flat and sharp, some with tokens already out; contexts that repeat themselves."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, VOCAB_SIZE, generator=generator)
    logits *= torch.rand(rows, 1, generator=generator) * 8 + 0.1
    masked = torch.rand(rows, VOCAB_SIZE, generator=generator) < 0.3
    masked[: rows // 2] = False
    masked[:, 0] = False
    contexts = torch.randint(0, 6, (rows, LENGTH), generator=generator)
    contexts[: rows // 2] = torch.randint(0, VOCAB_SIZE, (rows // 2, LENGTH), generator=generator)
    return logits.masked_fill(masked, -torch.inf), contexts


@pytest.mark.parametrize(("ours", "their_class", "values"), PAIRS, ids=[pair[0].__name__ for pair in PAIRS])
def test_parity_on_a_thousand_cases(ours, their_class, values):
    for seed, value in enumerate(values):
        logits, contexts = cases(seed)
        expected = their_class(value)(contexts, logits.clone())
        torch.testing.assert_close(ours(value)(logits, contexts), expected, rtol=0, atol=0)


def test_parity_of_logit_bias():
    for seed in range(5):
        logits, contexts = cases(seed)
        biases = [(seed, 1.5), (30 + seed, -2.25), (12, 100.0)]
        expected = theirs.SequenceBiasLogitsProcessor([[[token], bias] for token, bias in biases])(contexts, logits)
        torch.testing.assert_close(LogitBias(biases)(logits, contexts), expected, rtol=0, atol=0)


def test_parity_of_banned_tokens():
    for seed in range(5):
        logits, contexts = cases(seed)
        expected = theirs.SuppressTokensLogitsProcessor([seed + 1, 39])(contexts, logits)
        torch.testing.assert_close(Ban([seed + 1, 39])(logits, contexts), expected, rtol=0, atol=0)


def test_the_cases_change_many_rows():
    """A stage that did nothing would not pass: all settings but the neutral ones change many rows."""
    for ours, _, values in PAIRS:
        changed = [
            int((ours(value)(*cases(seed)) != cases(seed)[0]).any(-1).sum()) for seed, value in enumerate(values)
        ]
        assert sum(changed) > 250, (ours, changed)
