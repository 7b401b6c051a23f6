"""Properties of every stage and of any pipeline, for any logits."""

from contextlib import suppress

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.errors import SettingsError
from playground.sampling import (
    XTC,
    Ban,
    Dry,
    EpsilonCutoff,
    EtaCutoff,
    FrequencyPenalty,
    LogitBias,
    MinP,
    Mirostat,
    NoRepeatNGram,
    Pipeline,
    PresencePenalty,
    RepetitionPenalty,
    Temperature,
    TopK,
    TopNSigma,
    TopP,
    Typical,
)

VOCAB_SIZE = 7
NEVER = float("-inf")

share = st.floats(0.001, 1)
ids = st.integers(0, VOCAB_SIZE - 1)
window = st.none() | st.integers(1, 5)
STAGES = [
    st.builds(Temperature, st.just(0) | st.floats(0.001, 100)),
    st.builds(TopK, st.integers(1, 12)),
    st.builds(TopP, share),
    st.builds(MinP, st.floats(0, 1)),
    st.builds(Typical, share),
    st.builds(EpsilonCutoff, st.floats(1e-6, 0.999)),
    st.builds(EtaCutoff, st.floats(1e-6, 0.999)),
    st.builds(TopNSigma, st.floats(0, 5)),
    st.builds(XTC, share),
    st.builds(Mirostat, st.floats(0.01, 20)),
    st.builds(LogitBias, st.lists(st.tuples(ids, st.floats(-100, 100)), max_size=3)),
    st.builds(Ban, st.lists(ids, max_size=VOCAB_SIZE)),
    st.builds(RepetitionPenalty, st.floats(0.1, 10), window),
    st.builds(FrequencyPenalty, st.floats(-10, 10), window),
    st.builds(PresencePenalty, st.floats(-10, 10), window),
    st.builds(NoRepeatNGram, st.integers(1, 4)),
    st.builds(Dry, st.floats(0, 100), st.floats(1, 4), st.integers(1, 3), st.lists(ids, max_size=2)),
]
a_stage = st.one_of(STAGES)
# few different values, so that ties are common; values from very flat to far beyond float32's exp
value = st.sampled_from([0.0, 1.0, -1.0, 2.0, NEVER]) | st.floats(-200, 200, width=32)
some_logits = st.lists(st.lists(value, min_size=VOCAB_SIZE, max_size=VOCAB_SIZE), min_size=1, max_size=3).map(
    torch.tensor
)
some_text = st.lists(ids, max_size=12).map(lambda text: torch.tensor(text, dtype=torch.long))


def one_mirostat(stages):
    seen = [stage for stage in stages if isinstance(stage, Mirostat)]
    return [stage for stage in stages if not isinstance(stage, Mirostat) or stage is seen[0]]


pipelines = st.lists(a_stage, max_size=6).map(one_mirostat).map(Pipeline)


def check_distribution(logits):
    probabilities = logits.softmax(dim=-1)
    assert not probabilities.isnan().any()
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(len(probabilities)))
    assert (logits > NEVER).any(-1).all()


@settings(max_examples=200)
@given(a_stage, some_logits, some_text)
def test_a_stage_gives_a_distribution_and_does_not_change_its_input(stage, logits, text):
    before = logits.clone()
    after = stage(logits, text)
    assert torch.equal(logits, before)
    assert after.shape == logits.shape
    check_distribution(after)


@settings(max_examples=200)
@given(a_stage, some_logits, some_text)
def test_remaining_tokens_keep_their_order_where_the_stage_says_so(stage, logits, text):
    after = stage(logits, text)
    if stage.keeps_order:
        for row, new in zip(logits, after, strict=True):
            stays = new > NEVER
            higher = row[stays, None] > row[None, stays]
            assert not (higher & (new[stays, None] < new[None, stays])).any()


@settings(max_examples=200)
@given(a_stage, some_logits, some_text)
def test_rows_of_a_batch_are_independent(stage, logits, text):
    together = stage(logits, text)
    for row, after in zip(logits, together, strict=True):
        torch.testing.assert_close(stage(row, text), after)


@settings(max_examples=200)
@given(
    a_stage.filter(lambda stage: stage.name not in ("logit_bias", "ban")),
    some_logits,
    st.permutations(range(VOCAB_SIZE)),
)
def test_equal_tokens_are_treated_equally(stage, logits, order):
    """A permutation of the vocabulary permutes the result (greedy breaks ties by the id, as argmax does)."""
    if stage == Temperature(0) or (logits == NEVER).all(-1).any():
        return
    order = torch.tensor(order)
    torch.testing.assert_close(stage(logits[:, order]), stage(logits)[:, order])


@settings(max_examples=200)
@given(pipelines, some_logits, some_text)
def test_a_pipeline_gives_a_distribution(pipeline, logits, text):
    before = logits.clone()
    check_distribution(pipeline(logits, text))
    assert torch.equal(logits, before)


@settings(max_examples=200)
@given(pipelines, some_logits, some_text)
def test_the_trace_ends_with_the_result(pipeline, logits, text):
    trace = pipeline.trace(logits[0], text)
    torch.testing.assert_close(trace.after, pipeline(logits[:1], text)[0].softmax(-1))
    for last, row in zip(trace.rows, trace.rows[1:], strict=False):
        assert row.kept == last.kept - len(row.removed) >= 1
        assert row.kept == int((row.logits > NEVER).sum())
        assert -1e-6 <= row.removed_probability <= 1 + 1e-6
        assert -1e-6 <= row.moved_probability <= 1 + 1e-6
        assert abs(row.removed_probability - float(last.probs[row.removed].sum())) < 1e-6
        assert -1e-6 <= row.entropy_bits <= 2.808  # log2(7)
        assert 1 - 1e-6 <= row.choices <= VOCAB_SIZE + 1e-3
    assert trace.rows[-1].kept == len(trace.kept_ids)
    assert len(str(trace).splitlines()) == len(trace.rows) + 1


@settings(max_examples=200)
@given(pipelines)
def test_a_pipeline_round_trips_through_json(pipeline):
    line = pipeline.to_json()
    assert "\n" not in line
    assert Pipeline.from_json(line) == pipeline


@given(st.text(max_size=60) | st.recursive(st.none() | st.text(max_size=5), st.lists, max_leaves=5).map(repr))
def test_any_other_text_is_refused_as_a_setting(text):
    with suppress(SettingsError):
        assert isinstance(Pipeline.from_json(text), Pipeline)
