"""What the stages did at one token."""

import pytest

from playground.config import DecodeConfig
from playground.errors import PlaygroundError
from playground.sampling import stream
from playground.ui.tabs.generate.waterfall import trace_token


def test_rows_lead_from_the_model_to_what_was_drawn_from(context):
    model, tokenizer = context.models.get("tale")
    ids = tokenizer.encode("The rain had")
    decode = DecodeConfig(max_new_tokens=1, temperature=0.7, top_k=5)
    (step,) = stream(model, ids, decode)
    rows = trace_token(context, "tale", 2, ids, len(ids), decode.model_dump(exclude_none=True))["rows"]
    assert [row["stage"] for row in rows] == ["Model", "Top-k 5", "Temperature 0.7"]
    assert rows[0]["entropy"] == pytest.approx(step.entropy_bits, abs=1e-4)
    assert rows[-1]["entropy"] == pytest.approx(step.entropy_bits_after, abs=1e-4)
    assert rows[1]["kept"] == 5
    assert rows[1]["kept"] + rows[1]["cut"] == rows[0]["kept"] == model.config.vocab_size


@pytest.mark.parametrize(
    "asked",
    [
        ("gone", 2, [1], 1, {}),
        ("tale", 99, [1], 1, {}),
        ("tale", 2, [], 0, {}),
        ("tale", 2, [10**9], 1, {}),
        ("tale", 2, ["a"], 1, {}),
        ("tale", 2, [1], -1, {}),
        ("tale", 2, [1], 1, {"temperature": -1}),
        ("tale", 2, [1], 1, {"magic": 1}),
    ],
)
def test_what_cannot_be_traced_is_refused(context, asked):
    with pytest.raises(PlaygroundError):
        trace_token(context, *asked)


def test_past_the_context_a_token_is_looked_at_through_the_window_it_was_written_in(context):
    model, tokenizer = context.models.get("tale")
    ids = tokenizer.encode("The rain had stopped, and nobody")
    decode = DecodeConfig(max_new_tokens=30, past_context="jump")
    *_, step = stream(model, ids, decode)
    assert step.seen_from > 0
    before = [*ids, *(other.id for other in stream(model, ids, decode.replace(max_new_tokens=29)))]
    for past_context, same in (("jump", True), ("crop", False)):
        settings = {**decode.model_dump(exclude_none=True), "past_context": past_context}
        rows = trace_token(context, "tale", 2, before, len(ids), settings)["rows"]
        assert (rows[0]["entropy"] == pytest.approx(step.entropy_bits, abs=1e-5)) == same
