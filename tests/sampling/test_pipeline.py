"""The pipeline: order, switches, the trace as a table, names and JSON."""

import pytest
import torch

from playground.config import DecodeConfig
from playground.errors import SettingsError
from playground.sampling import (
    ORDERS,
    TOY_LOGITS,
    Ban,
    DrawState,
    MinP,
    Mirostat,
    Pipeline,
    RepetitionPenalty,
    Temperature,
    TopK,
    TopP,
)

LOGITS = torch.tensor([3.0, 2.0, 1.0])


def test_stages_act_in_their_order():
    assert Pipeline([Temperature(0.5), TopP(0.8)]).trace(LOGITS).kept_ids == [0]
    assert Pipeline([TopP(0.8), Temperature(0.5)]).trace(LOGITS).kept_ids == [0, 1]


def test_a_stage_that_is_off_is_skipped():
    pipeline = Pipeline([TopK(1, on=False), Temperature(2.0)])
    assert torch.equal(pipeline(LOGITS), LOGITS / 2)
    assert [row.index for row in pipeline.trace(LOGITS).rows] == [None, 1]


def test_a_pipeline_takes_batches_and_single_rows():
    pipeline = Pipeline([RepetitionPenalty(2.0), TopK(2)])
    batch = pipeline(torch.stack([LOGITS, LOGITS]), torch.tensor([[0], [1]]))
    assert torch.equal(batch[0], pipeline(LOGITS, torch.tensor([0])))
    assert torch.equal(batch[1], pipeline(LOGITS, torch.tensor([1])))
    assert not torch.equal(batch[0], batch[1])


def test_the_trace_has_what_each_stage_removed_and_kept():
    trace = Pipeline([TopK(3), Temperature(1.4)]).trace(TOY_LOGITS)
    model, cut, moved = trace.rows
    assert (model.kept, cut.kept, moved.kept) == (9, 3, 3)
    assert model.entropy_bits == pytest.approx(1.317, abs=5e-4)
    assert cut.removed.tolist() == [1, 2, 4, 5, 6, 8]
    assert cut.removed_probability == pytest.approx(1 - 0.060907 - 0.57212 - 0.35758, abs=1e-5)
    assert cut.moved_probability == pytest.approx(0, abs=1e-6)
    assert [round(p, 4) for p in cut.probs[[3, 7, 0]].tolist()] == [0.5775, 0.3610, 0.0615]
    assert moved.removed_probability == 0
    assert moved.moved_probability > 0.02
    assert moved.choices > cut.choices
    assert trace.rank(7) == 2
    assert trace.removed_by(6) is cut
    assert trace.removed_by(7) is None


def test_a_trace_prints_as_a_table():
    lines = str(Pipeline([TopK(3), Ban([0, 3, 7])]).trace(TOY_LOGITS)).splitlines()
    assert lines[0].split() == ["stage", "kept", "removed", "probability", "moved", "entropy", "choices"]
    assert lines[1].split()[:2] == ["model", "9"]
    assert lines[2].startswith("TopK(k=3)")
    assert lines[3].endswith("nothing was left: kept the likeliest token")


def test_fault_59_the_trace_marks_a_stage_that_removed_everything():
    trace = Pipeline([TopK(2), Ban([3, 7]), Temperature(0.5)]).trace(TOY_LOGITS)
    assert [row.rescued for row in trace.rows] == [False, False, True, False]
    assert trace.rescued
    assert trace.kept_ids == [3]
    assert trace.after[3] == 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_trace_of_nan_or_infinity_is_refused(bad):
    with pytest.raises(SettingsError, match="NaN or infinity"):
        Pipeline().trace(torch.tensor([1.0, bad]))
    with pytest.raises(SettingsError, match="not of 2"):
        Pipeline().trace(torch.zeros(2, 3))


def test_the_chapters_order_from_settings():
    assert Pipeline.from_decode(DecodeConfig(temperature=0.7)) == Pipeline([Temperature(0.7)])
    assert Pipeline.from_decode(DecodeConfig(temperature=0, top_k=3)) == Pipeline([TopK(3), Temperature(0)])
    assert Pipeline.from_decode(DecodeConfig(stages="llama.cpp")) == Pipeline.named("llama.cpp")
    by_hand = DecodeConfig(stages='[{"name":"min_p","p":0.2}]', temperature=3, top_k=1)
    assert Pipeline.from_decode(by_hand) == Pipeline([MinP(0.2)])


def test_well_known_orders():
    for name in ORDERS:
        pipeline = Pipeline.named(name)
        assert Pipeline.from_json(name) == pipeline
        assert pipeline(TOY_LOGITS).softmax(-1).sum() == pytest.approx(1)
    on = [[stage.name for stage in stages if stage.on] for stages in ORDERS.values()]
    assert on == [
        ["top_k", "temperature"],
        ["temperature", "top_k"],
        ["top_k", "top_p", "min_p", "temperature"],
    ]
    with pytest.raises(SettingsError, match="choose one of chapter, transformers"):
        Pipeline.named("book")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"name":"top_q"}]', "there is no stage named 'top_q'"),
        ("[{}]", "every stage needs a name"),
        ("[", "not a list of stages in JSON"),
        ('{"name":"top_k"}', "not a list of stages in JSON"),
        ('[{"name":"top_k","k":0}]', "Top-k, k: input should be greater than or equal to 1"),
        ('[{"name":"top_k","q":1}]', "Top-k, q: extra inputs"),
        ('[{"name":"temperature","temperature":NaN}]', "finite number"),
        ('[{"name":"mirostat"},{"name":"mirostat"}]', "two Mirostat stages are on"),
        ("[" + ",".join(['{"name":"top_k"}'] * 65) + "]", "at most 64"),
        ("[" * 200_000, "longer than 100,000 characters"),
        ("[" * 90_000, "not a list of stages in JSON"),
    ],
)
def test_bad_json_is_refused_in_one_sentence(text, message):
    with pytest.raises(SettingsError, match=message) as error:
        Pipeline.from_json(text)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_the_outcome_has_mirostats_next_limit():
    pipeline = Pipeline([Mirostat(tau=1.1, eta=0.5), Temperature(2.0)])
    outcome = pipeline.run(LOGITS.unsqueeze(0), torch.zeros(1, 0, dtype=torch.long), DrawState())
    # 2.2 bits are allowed: tokens 0 and 1 stay, with 0.73 and 0.27 before the temperature
    assert outcome.next_mu(torch.tensor([1])).item() == pytest.approx(2.2 - 0.5 * (1.8946 - 1.1), abs=1e-3)
    assert Pipeline().run(LOGITS.unsqueeze(0), torch.zeros(1, 0, dtype=torch.long), DrawState()).next_mu is None
