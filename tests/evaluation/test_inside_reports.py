"""What happens inside a model as plain values: each part alone, and the heads over the steps of a run."""

import pytest
import torch

from playground.config import ModelConfig, TrainConfig
from playground.evaluation.heads import head_scores
from playground.evaluation.inside_reports import describe_look, each_effect, heads_over_steps, thumbs
from playground.evaluation.inspect import inspect, look, picture_of
from playground.model.gpt import GPTModel
from playground.model.inside import embed, layers_inside, read_out
from playground.training.jobs.session import run_training
from playground.training.runs.store import RunStore


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    model = ModelConfig(context_length=16, emb_dim=8, n_heads=2, n_layers=2)
    train = TrainConfig(max_steps=4, sample_tokens=0, threads=1, snapshot_freq=2)
    run = RunStore(root).create("clock", "so it goes and the clock goes on " * 100, model, train=train)
    assert list(run_training(run))[-1].reason == "completed"
    return run


def test_every_part_alone_has_the_effect_that_inspect_finds(run):
    shares = []
    answer = each_effect(run.folder.parent, "clock", 4, "float32", [1, 2, 3, 4, 5], 4, on_progress=shares.append)
    found = inspect(run.load_model(4), [1, 2, 3, 4, 5], 4)
    expected = {str(effect.off): effect.difference for effect in found.effects}
    assert {row[0]: row[1] for row in answer["rows"]} == pytest.approx(expected, abs=1e-3)
    assert shares[-1] == 1
    differences = [abs(row[1]) for row in answer["rows"]]
    assert differences == sorted(differences, reverse=True)


def test_heads_are_scored_at_every_step_that_was_kept(run):
    answer = heads_over_steps(run.folder.parent, "clock", on_progress=lambda _: None)
    assert answer["steps"] == run.model_steps()
    expected = head_scores(run.load_model(answer["steps"][1]), among=run.corpus().train_ids)
    assert torch.tensor(answer["previous"][1]) == pytest.approx(expected.previous, abs=1e-3)
    assert torch.tensor(answer["induction"][1]) == pytest.approx(expected.induction, abs=1e-3)


def test_the_picture_reads_out_every_state_at_the_last_places():
    torch.manual_seed(1)
    model = GPTModel(ModelConfig(vocab_size=50, context_length=40, emb_dim=8, n_heads=2, n_layers=2)).eval()
    ids = torch.randint(50, (33,))
    picture = picture_of(model, look(model, ids, 30))
    assert (picture.first, tuple(picture.probabilities.shape)) == (6, (5, 24))
    *_, last = layers_inside(model, embed(model, ids[:30]))
    logs = read_out(model, last.after)[6:]
    torch.testing.assert_close(picture.probabilities[-1], logs[range(24), ids[7:31]].exp())
    assert picture.likeliest[-1].tolist() == logs.argmax(-1).tolist()


def test_what_is_sent_of_the_attention_grows_with_the_heads_but_not_with_the_length_of_the_text():
    assert thumbs(torch.rand(12, 12, 1024)).numel() == 12 * 12 * 64
    model = GPTModel(ModelConfig(vocab_size=300, context_length=512, emb_dim=8, n_heads=2, n_layers=2)).eval()

    class Names:
        def decode_single_token_bytes(self, token):
            return b"word "

    described = describe_look(look(model, [7] * 500), Names())
    assert len(described["thumbs"]) < 400
    assert max(look(model, [7] * 500).attention.untyped_storage().nbytes(), 1) == 2 * 2 * 500 * 4
