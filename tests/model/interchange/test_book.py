import io
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.config import ModelConfig
from playground.errors import CheckpointError, PlaygroundError, SettingsError
from playground.model.gpt import GPTModel
from playground.model.interchange.book import from_book, read_book_file, to_book, write_book_file
from tests.model.reference import BookModel

CONFIG = ModelConfig(vocab_size=40, context_length=8, emb_dim=12, n_heads=2, n_layers=2, drop_rate=0.0)
IDS = torch.arange(18).view(2, 9)


def step(model, optimizer, times=1):
    losses = []
    for _ in range(times):
        loss = F.cross_entropy(model(IDS[:, :-1]).flatten(0, 1), IDS[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def make(model_class, config=CONFIG, seed=0):
    torch.manual_seed(seed)
    model = model_class(config)
    return model, torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.1)


@pytest.mark.parametrize("qkv_bias", [False, True])
def test_the_book_s_model_loads_ours_strictly_and_computes_the_same(qkv_bias):
    config = CONFIG.replace(qkv_bias=qkv_bias)
    ours, _ = make(GPTModel, config)
    book = BookModel(config)
    book.load_state_dict(to_book(ours.state_dict()))
    torch.testing.assert_close(book(IDS[:, 1:]), ours(IDS[:, 1:]), rtol=0, atol=2e-6)


@pytest.mark.parametrize("qkv_bias", [False, True])
def test_conversion_to_the_book_and_back_is_exact(qkv_bias):
    weights = make(GPTModel, CONFIG.replace(qkv_bias=qkv_bias))[0].state_dict()
    back = from_book(to_book(weights))
    assert list(back) == list(weights)
    assert all(back[name].equal(weight) for name, weight in weights.items())


def test_the_book_s_weights_without_masks_are_read_too():
    weights = {name: w for name, w in BookModel(CONFIG).state_dict().items() if not name.endswith("mask")}
    assert from_book(weights).keys() == GPTModel(CONFIG).state_dict().keys()


def test_a_mask_that_is_not_causal_is_refused():
    weights = BookModel(CONFIG).state_dict()
    weights["trf_blocks.1.att.mask"] = torch.zeros(8, 8)
    with pytest.raises(CheckpointError, match=r"trf_blocks\.1\.att\.mask: this mask is not the causal one"):
        from_book(weights)


def test_fault_23_the_message_uses_the_book_s_names():
    weights = BookModel(CONFIG).state_dict()
    del weights["trf_blocks.0.att.W_key.weight"]
    with pytest.raises(CheckpointError, match=r"Missing from the file: trf_blocks\.0\.att\.W_key\.weight\."):
        from_book(weights)


@pytest.mark.parametrize("qkv_bias", [False, True])
@pytest.mark.parametrize("fused", [False, True])
def test_a_training_of_the_book_continues_here_exactly(tmp_path: Path, qkv_bias, fused):
    config = CONFIG.replace(qkv_bias=qkv_bias)
    book, book_optimizer = make(BookModel, config)
    step(book, book_optimizer, times=4)
    torch.save(
        {"model_state_dict": book.state_dict(), "optimizer_state_dict": book_optimizer.state_dict()},
        tmp_path / "model_and_optimizer.pth",
    )
    file = read_book_file(tmp_path / "model_and_optimizer.pth", n_heads=2)
    assert file.config == config.replace(drop_rate=file.config.drop_rate)
    ours = GPTModel(config)
    ours.load_state_dict(file.weights)
    optimizer = torch.optim.AdamW(ours.parameters(), lr=1.0, fused=fused)
    file.load_optimizer(optimizer, ours)
    assert optimizer.param_groups[0]["lr"] == 1e-2
    assert optimizer.param_groups[0]["fused"] == fused
    assert step(ours, optimizer, times=4) == pytest.approx(step(book, book_optimizer, times=4), rel=1e-5)


@pytest.mark.parametrize("qkv_bias", [False, True])
def test_a_training_of_ours_continues_in_the_book_exactly(tmp_path: Path, qkv_bias):
    config = CONFIG.replace(qkv_bias=qkv_bias)
    ours, optimizer = make(GPTModel, config)
    step(ours, optimizer, times=4)
    write_book_file(tmp_path / "both.pth", ours, optimizer)
    saved = torch.load(tmp_path / "both.pth", weights_only=True)
    book, book_optimizer = make(BookModel, config, seed=1)
    book.load_state_dict(saved["model_state_dict"])
    book_optimizer.load_state_dict(saved["optimizer_state_dict"])
    assert step(book, book_optimizer, times=4) == pytest.approx(step(ours, optimizer, times=4), rel=1e-5)


def test_a_model_file_contains_no_optimizer(tmp_path: Path):
    ours, optimizer = make(GPTModel)
    write_book_file(tmp_path / "model.pth", ours)
    BookModel(CONFIG).load_state_dict(torch.load(tmp_path / "model.pth", weights_only=True))
    file = read_book_file(tmp_path / "model.pth", n_heads=2)
    assert file.weights["tok_emb.weight"].equal(ours.tok_emb.weight)
    assert [path.name for path in tmp_path.iterdir()] == ["model.pth"]
    with pytest.raises(CheckpointError, match="a model without its optimizer"):
        file.load_optimizer(optimizer, ours)


def test_an_optimizer_before_its_first_step_is_saved_without_moments(tmp_path: Path):
    ours, optimizer = make(GPTModel)
    write_book_file(tmp_path / "both.pth", ours, optimizer)
    file = read_book_file(tmp_path / "both.pth", n_heads=2)
    file.load_optimizer(optimizer, ours)
    assert not optimizer.state


def test_a_file_of_a_width_that_is_not_gpt2_s_needs_the_number_of_heads(tmp_path: Path):
    torch.save(BookModel(CONFIG).state_dict(), tmp_path / "model.pth")
    with pytest.raises(SettingsError, match="n_heads: a weights file of width 12"):
        read_book_file(tmp_path / "model.pth")
    with pytest.raises(CheckpointError, match="5 heads do not divide a width"):
        read_book_file(tmp_path / "model.pth", n_heads=5)


class Evil:
    def __reduce__(self):
        return Path.touch, (Path("never-made"),)


def test_fault_19_code_in_a_pickle_is_not_run(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"tok_emb.weight": Evil()}, "model.pth")
    with pytest.raises(CheckpointError, match="more than plain tensors, so it is not read"):
        read_book_file("model.pth")
    assert not Path("never-made").exists()


def test_fault_20_files_are_only_read_with_weights_only(tmp_path: Path, monkeypatch):
    (tmp_path / "model.pth").write_bytes(pickle.dumps({"tok_emb.weight": 1}))
    torch.save({"tok_emb.weight": Evil()}, tmp_path / "evil.pth")
    asked, load = [], torch.load
    monkeypatch.setattr(torch, "load", lambda *args, **options: asked.append(options) or load(*args, **options))
    monkeypatch.setattr(pickle, "load", None)
    monkeypatch.setattr(pickle, "loads", None)
    for name in ("model.pth", "evil.pth"):
        with pytest.raises(CheckpointError):
            read_book_file(tmp_path / name)
    assert [options["weights_only"] for options in asked] == [True]


def test_fault_21_a_compressed_file_is_refused_before_it_is_unpacked(tmp_path: Path):
    plain = io.BytesIO()
    torch.save({"tok_emb.weight": torch.zeros(1000, 1000)}, plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(tmp_path / "bomb.pth", "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in source.namelist():
            bomb.writestr(name, source.read(name))
    assert (tmp_path / "bomb.pth").stat().st_size < 20_000
    with pytest.raises(CheckpointError, match="compressed inside"):
        read_book_file(tmp_path / "bomb.pth")


@pytest.mark.parametrize("size", [0, 10, 1000, -1000])
def test_fault_21_a_truncated_file_is_refused(tmp_path: Path, size):
    torch.save(BookModel(CONFIG).state_dict(), tmp_path / "model.pth")
    content = (tmp_path / "model.pth").read_bytes()
    (tmp_path / "model.pth").write_bytes(content[:size])
    with pytest.raises(CheckpointError, match=r"model\.pth: the file is damaged, or torch\.save did not write it"):
        read_book_file(tmp_path / "model.pth")


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"nowhere\.pth: the file cannot be opened"):
        read_book_file(tmp_path / "nowhere.pth")


@settings(max_examples=30)
@given(
    content=st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.just(torch.ones(2, 3)),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["model_state_dict", "optimizer_state_dict", "tok_emb.weight", "pos_emb.weight", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    )
)
def test_any_content_of_a_file_gives_a_model_or_one_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("book") / "model.pth"
    torch.save(content, path)
    with pytest.raises(PlaygroundError, match=r"\.$"):
        read_book_file(path, n_heads=1)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: state["param_groups"][0].pop("lr"),
        lambda state: state["param_groups"][0].update(lr=float("nan")),
        lambda state: state["param_groups"].append(state["param_groups"][0]),
        lambda state: state["state"].pop(3),
        lambda state: state["state"].update({99: state["state"][0]}),
        lambda state: state["state"][2].update(exp_avg=torch.ones(3)),
        lambda state: state["state"][2]["exp_avg_sq"].fill_(float("nan")),
        lambda state: state["state"][2].update(max_exp_avg_sq=torch.ones(12, 12)),
    ],
)
def test_fault_23_a_damaged_optimizer_state_is_refused(tmp_path: Path, spoil):
    book, optimizer = make(BookModel)
    step(book, optimizer)
    state = optimizer.state_dict()
    spoil(state)
    torch.save({"model_state_dict": book.state_dict(), "optimizer_state_dict": state}, tmp_path / "both.pth")
    with pytest.raises(CheckpointError):
        read_book_file(tmp_path / "both.pth", n_heads=2)
