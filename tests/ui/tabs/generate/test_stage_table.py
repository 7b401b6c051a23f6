"""What the stages did at one token."""

import pytest
from pydantic import ValidationError

from playground.config import DecodeConfig
from playground.errors import PlaygroundError
from playground.sampling import stream
from playground.ui.tabs.generate.stage_table import StagesQuery, trace_token


def trace(context, before, n_prompt, settings):
    query = StagesQuery(run="tale", step=2, before=before, n_prompt=n_prompt, settings=settings)
    return trace_token(context, query)["rows"]


def test_rows_go_from_the_model_to_the_distribution_that_was_drawn_from(context):
    model, tokenizer = context.models.get("tale")
    ids = tokenizer.encode("The rain had")
    decode = DecodeConfig(max_new_tokens=1, temperature=0.7, top_k=5)
    (step,) = stream(model, ids, decode)
    rows = trace(context, ids, len(ids), decode.model_dump(exclude_none=True))
    assert [row["stage"] for row in rows] == ["Model", "Top-k 5", "Temperature 0.7"]
    assert rows[0]["entropy"] == pytest.approx(step.entropy_bits, abs=1e-4)
    assert rows[-1]["entropy"] == pytest.approx(step.entropy_bits_after, abs=1e-4)
    assert rows[1]["kept"] == 5
    assert rows[1]["kept"] + rows[1]["cut"] == rows[0]["kept"] == model.config.vocab_size


@pytest.mark.parametrize(
    "changes",
    [
        {"run": "gone"},
        {"step": 99},
        {"before": [], "n_prompt": 0},
        {"before": [10**9]},
        {"settings": {"temperature": -1}},
        {"settings": {"magic": 1}},
        {"weights": "int4"},
    ],
)
def test_what_cannot_be_traced_is_refused(context, changes):
    query = {"run": "tale", "step": 2, "before": [1], "n_prompt": 1, "settings": {}, **changes}
    with pytest.raises(PlaygroundError):
        trace_token(context, StagesQuery(**query))


@pytest.mark.parametrize("changes", [{"before": ["a"]}, {"before": [1] * 20_001}, {"n_prompt": -1}, {"settings": 1}])
def test_what_is_no_position_in_a_text_is_refused(changes):
    with pytest.raises(ValidationError):
        StagesQuery(**{"run": "tale", "step": 2, "before": [1], "n_prompt": 1, "settings": {}, **changes})


def test_past_the_context_a_token_is_looked_at_through_the_window_it_was_written_in(context):
    model, tokenizer = context.models.get("tale")
    ids = tokenizer.encode("The rain had stopped, and nobody")
    decode = DecodeConfig(max_new_tokens=30, past_context="jump")
    *_, step = stream(model, ids, decode)
    assert step.seen_from > 0
    before = [*ids, *(other.id for other in stream(model, ids, decode.replace(max_new_tokens=29)))]
    for past_context, same in (("jump", True), ("crop", False)):
        settings = {**decode.model_dump(exclude_none=True), "past_context": past_context}
        rows = trace(context, before, len(ids), settings)
        assert (rows[0]["entropy"] == pytest.approx(step.entropy_bits, abs=1e-5)) == same
