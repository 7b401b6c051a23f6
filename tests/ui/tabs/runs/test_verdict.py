import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.training.loop.events import Evaluated
from playground.training.runs.given_text import UNREAD
from playground.training.runs.spec import Parent, RunSpec
from playground.training.runs.status import Status
from playground.ui.tabs.runs.verdict import ONE_SEED, Trained, noise, verdict

SPEC = RunSpec(
    name="old",
    preset="mini",
    text_name="tale",
    text_sha256="1" * 64,
    model=ModelConfig(vocab_size=100),
    data=DataConfig(),
    train=TrainConfig(lr=0.004, min_lr=0.0004, lr_schedule="cosine"),
    created=1.0,
)
OLD = [(40, 6.0), (80, 5.0), (120, 4.78), (160, 4.9), (200, 5.1), (240, 5.3)]


def evaluations(rows):
    return [
        Evaluated(step=step, epoch=step / 40, tokens_seen=step, train_loss=1, val_loss=loss, best=False)
        for step, loss in rows
    ]


def trained(rows, state="completed", live=False, **changes):
    status = Status(state=state, step=rows[-1][0] if rows else 0)
    if live:
        status = status.model_copy(update={"state": "running"}).by_this_process()
    return Trained(SPEC.model_copy(update={"name": "new", "created": 2.0, **changes}), status, evaluations(rows))


def lr(value):
    return {"train": SPEC.train.replace(lr=value)}


BEFORE = Trained(SPEC, Status(state="completed"), evaluations(OLD))


def test_a_smaller_learning_rate_is_slower_and_no_better():
    new = trained([(40, 8), (80, 6.5), (120, 5.6), (160, 5.3), (200, 5.1), (240, 5.05), (280, 5.2)], **lr(0.001))
    words = (
        "With learning rate 0.001 instead of 0.004 the validation loss was lowest at step 240 (5.05) rather than "
        f"at step 120 (4.78): slower, and no better: worse by 0.27. {ONE_SEED}"
    )
    assert verdict([BEFORE, new]) == verdict([new, BEFORE]) == words


@pytest.mark.parametrize(("loss", "words"), [(4.3, "sooner, and better by 0.48"), (4.77, "no better and no worse")])
def test_it_says_what_is_better_and_what_is_within_the_scatter(loss, words):
    new = trained([(40, 5.0), (80, loss), (120, 4.8), (160, 4.9), (200, 5.1), (240, 5.3)], **lr(0.008))
    assert words in verdict([BEFORE, new])
    assert ("within the scatter" in verdict([BEFORE, new])) == (loss == 4.77)


def test_a_curve_that_still_falls_says_so():
    assert "still falling at the end" in verdict([BEFORE, trained([(40, 8), (80, 7), (120, 6)], **lr(0.001))])


def test_while_it_trains_both_are_compared_at_the_same_point():
    new = trained([(40, 8.0), (80, 6.5)], live=True, **lr(0.001))
    assert verdict([BEFORE, new]) == (
        "With learning rate 0.001 the validation loss is 6.50 after 2 epochs, so far; with 0.004 it was 5.00 there."
    )
    stopped = trained([(40, 8.0), (80, 6.5)], state="stopped", **lr(0.001))
    assert "when it was stopped" in verdict([BEFORE, stopped])


def test_before_the_first_evaluation_and_after_a_divergence_it_says_so():
    unread = trained([], live=True, text_sha256=UNREAD, **lr(0.001))
    assert verdict([BEFORE, unread]).endswith("the difference is told here after the first evaluation.")
    assert "diverged at step 80" in verdict([BEFORE, trained([(40, 8), (80, 99)], state="diverged", **lr(0.9))])


def test_batches_of_another_size_are_compared_by_epochs():
    new = trained(OLD, data=SPEC.data.replace(batch_size=8))
    assert "lowest after 3 epochs (4.78) rather than after 3 epochs" in verdict([BEFORE, new])


def test_losses_of_other_tokens_or_texts_are_not_compared():
    data, model = SPEC.data.replace(vocabulary="bytes"), SPEC.model.replace(vocab_size=256)
    assert "cannot be compared" in verdict([BEFORE, trained(OLD, data=data, model=model)])
    assert "different texts" in verdict([BEFORE, trained(OLD, text_sha256="2" * 64)])


def test_width_heads_and_layers_are_one_setting_where_the_size_differs():
    model = SPEC.model.replace(emb_dim=64, n_heads=2, n_layers=2)
    assert verdict([BEFORE, trained(OLD, preset="nano", model=model)]).startswith("With size nano instead of mini ")


def test_several_settings_and_none_explain_nothing():
    train = SPEC.train.replace(lr=0.001, seed=7)
    assert verdict([BEFORE, trained(OLD, train=train)]).startswith("These runs differ in 2 settings (")
    assert "one curve hides the other" in verdict([BEFORE, trained(OLD)])
    assert verdict([BEFORE, trained([(40, 1.0)])]) == "These runs have the same settings and text."
    assert verdict([BEFORE]) == ""


def test_a_fork_is_compared_from_where_it_began():
    new = trained([*OLD[:3], (160, 4.85), (200, 5.0)], parent=Parent(name="old", step=120), **lr(0.001))
    assert "lowest at step 160 (4.85) rather than at step 160 (4.90)" in verdict([BEFORE, new])


def test_a_smooth_curve_has_no_scatter_and_a_rough_one_has():
    assert noise(evaluations([(n, 5 - n / 100) for n in range(9)])) == 0.01
    assert noise(evaluations([(n, 5 + n % 2) for n in range(9)])) > 0.5
