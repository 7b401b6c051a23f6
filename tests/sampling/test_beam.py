"""Beam search: compared with transformers and with an exhaustive search, and its tree."""

import itertools

import pytest
import torch
from torch import nn

from playground.errors import SettingsError, TextError
from playground.model.gpt import GPTModel
from playground.sampling import BeamConfig, beam_search, generate


class Wrapped(nn.Module):
    """A model of transformers with the interface of ours."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        return self.model(ids).logits


@pytest.fixture(scope="module")
def theirs():
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(4)
    config = transformers.GPT2Config(
        vocab_size=23, n_positions=32, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0, pad_token_id=0
    )
    model = transformers.GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        model.transformer.wte.weight.mul_(4)
        model.transformer.wpe.weight.mul_(4)
    model.lm_head = nn.Linear(16, 23)
    nn.init.normal_(model.lm_head.weight, std=0.4)
    with torch.no_grad():
        model.lm_head.bias.zero_()[0] = 2.0  # some searches end early, some at the length
    return model.eval()


def prompts():
    return torch.randint(1, 23, (6, 1, 3), generator=torch.Generator().manual_seed(9))


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("length_penalty", [-1.0, 0.0, 1.0, 2.5])
def test_it_finds_the_same_texts_as_transformers(theirs, width, length_penalty):
    for prompt in prompts():
        expected = theirs.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=12,
            num_beams=width,
            do_sample=False,
            length_penalty=length_penalty,
            num_return_sequences=width,
            return_dict_in_generate=True,
            output_scores=True,
        )
        config = BeamConfig(width=width, length_penalty=length_penalty, max_new_tokens=12)
        found = beam_search(Wrapped(theirs).eval(), prompt, config, eos_id=0, context_size=32)
        for text, row in zip(found.texts, expected.sequences[:, 3:].tolist(), strict=True):
            ids = [*text.ids, 0] if text.ended else list(text.ids)
            assert ids == row[: len(ids)]
            assert set(row[len(ids) :]) <= {0}
        if width > 1:
            scores = [text.score for text in found.texts]
            assert scores == pytest.approx(expected.sequences_scores.tolist(), rel=1e-4)


def test_the_searches_compared_end_in_every_way(theirs):
    found = [
        beam_search(Wrapped(theirs).eval(), prompt, BeamConfig(width=3, max_new_tokens=12), eos_id=0, context_size=32)
        for prompt in prompts()
    ]
    depths = {max(node.depth for node in search.nodes) for search in found}
    assert len(depths) > 1
    assert 12 in depths
    assert any(node.fate == "outscored" for search in found for node in search.nodes)
    assert any(len({text.ended for text in search.texts}) == 2 for search in found)


def test_reordered_beams_are_not_read_again(tiny, monkeypatch):
    read, hidden = [], GPTModel.hidden
    monkeypatch.setattr(
        GPTModel,
        "hidden",
        lambda model, ids, *how, **more: (read.append(ids.shape[1]), hidden(model, ids, *how, **more))[1],
    )
    found = beam_search(tiny, [7, 3, 60], BeamConfig(width=4, max_new_tokens=8))
    assert any(node.fate == "died" for node in found.nodes)
    assert read == [3, 1, 1, 1, 1, 1, 1, 1]


def test_our_cached_model_and_a_plain_one_find_the_same(tiny):
    class Plain(Wrapped):
        def forward(self, ids):
            return self.model(ids)

    for length in (6, 20):  # within the context of 12, and past it
        config = BeamConfig(width=4, max_new_tokens=length)
        cached = beam_search(tiny, [7, 3, 60], config, eos_id=5)
        plain = beam_search(Plain(tiny).eval(), [7, 3, 60], config, eos_id=5, context_size=12)
        assert [text.ids for text in cached.texts] == [text.ids for text in plain.texts]
        assert [node.token_id for node in cached.nodes] == [node.token_id for node in plain.nodes]


def test_width_one_is_greedy(tiny):
    greedy = generate(tiny, torch.tensor([[7, 3]]), 15, 12)[0, 2:].tolist()
    assert list(beam_search(tiny, [7, 3], BeamConfig(width=1, max_new_tokens=15)).best.ids) == greedy
    eos_id = greedy[4]
    stopped = beam_search(tiny, [7, 3], BeamConfig(width=1, max_new_tokens=15), eos_id=eos_id).best
    assert list(stopped.ids) == greedy[: greedy.index(eos_id)]
    assert stopped.ended


class Table(nn.Module):
    """A model with three tokens: a table of probabilities for every text."""

    def __init__(self, probabilities):
        super().__init__()
        self.probabilities = probabilities

    def forward(self, ids):
        rows = [self.probabilities.get(tuple(row.tolist()), (0.4, 0.3, 0.3)) for row in ids]
        return torch.tensor(rows).log().unsqueeze(1)


GARDEN = Table(
    {(0,): (0.1, 0.5, 0.4), (0, 1): (0.4, 0.3, 0.3), (0, 2): (0.05, 0.05, 0.9), (0, 0): (0.2, 0.4, 0.4)}
).eval()


def test_it_finds_a_likelier_text_than_greedy():
    greedy = beam_search(GARDEN, [0], BeamConfig(width=1, max_new_tokens=2), context_size=8)
    wide = beam_search(GARDEN, [0], BeamConfig(width=2, max_new_tokens=2), context_size=8)
    assert greedy.best.ids == (1, 0)
    assert wide.best.ids == (2, 2)
    assert wide.best.log_probability == pytest.approx(torch.tensor(0.4 * 0.9).log().item())


def test_a_beam_as_wide_as_the_search_space_finds_the_likeliest_text():
    generator = torch.Generator().manual_seed(1)
    table = {}
    for length in range(3):
        for text in itertools.product(range(2), repeat=length):
            table[(0, *text)] = tuple(torch.rand(2, generator=generator).softmax(-1).tolist())

    class Two(Table):
        pass

    found = beam_search(Two(table).eval(), [0], BeamConfig(width=8, max_new_tokens=3), context_size=8)
    everything = {}
    for text in itertools.product(range(2), repeat=3):
        p = 1.0
        for place, token in enumerate(text):
            p *= table[(0, *text[:place])][token]
        everything[text] = p
    best = sorted(everything, key=everything.get, reverse=True)
    assert [text.ids for text in found.texts] == best


def test_the_tree_has_the_beams_that_died_and_why():
    found = beam_search(GARDEN, [0], BeamConfig(width=2, max_new_tokens=2), context_size=8)
    first, second = found.nodes[0], found.nodes[1]
    assert [node.token_id for node in found.path(found.best.node)] == [2, 2]
    assert (first.token_id, first.depth, first.fate) == (1, 1, "goes on")
    assert second.probability == pytest.approx(0.4)
    narrow = Table({(0,): (0.1, 0.5, 0.4), (0, 1): (0.5, 0.5, 1e-9), (0, 2): (0.4, 0.3, 0.3)}).eval()
    died = beam_search(narrow, [0], BeamConfig(width=2, max_new_tokens=2), context_size=8).nodes[1]
    assert (died.token_id, died.fate) == (2, "died")
    assert died.best_continuation == pytest.approx(torch.tensor(0.16).log().item())
    assert died.needed == pytest.approx(torch.tensor(0.25).log().item())
    assert died.why == "its best continuation had -1.83, but -1.39 was needed"


@pytest.mark.parametrize("width", [2, 4, 8])
def test_the_tree_is_complete(tiny, width):
    found = beam_search(tiny, [7, 3], BeamConfig(width=width, max_new_tokens=25, length_penalty=0.3), eos_id=11)
    parents = {node.parent for node in found.nodes}
    for node in found.nodes:
        assert (node.fate == "goes on") == (node.number in parents)
        if node.parent is not None:
            parent = found.nodes[node.parent]
            assert node.depth == parent.depth + 1
            assert node.log_probability == pytest.approx(
                parent.log_probability + torch.tensor(node.probability).log().item(), abs=1e-4
            )
        assert node.why
    for text in found.texts:
        assert found.nodes[text.node].fate == "finished"
        path = [node.token_id for node in found.path(text.node)]
        assert path == [*text.ids, *([11] if text.ended else [])]
        assert text.score == pytest.approx(text.log_probability / len(path) ** 0.3)
    assert [text.score for text in found.texts] == sorted((text.score for text in found.texts), reverse=True)
    for depth in range(1, 26):
        assert sum(node.depth == depth and node.score is None for node in found.nodes) <= width


def test_stopping_at_the_end_can_be_switched_off(tiny):
    config = BeamConfig(width=3, max_new_tokens=20, stop_at_end=False)
    assert all(len(text.ids) == 20 and not text.ended for text in beam_search(tiny, [7], config, eos_id=11).texts)


def test_settings_out_of_bounds_are_refused(tiny):
    for settings in ({"width": 0}, {"width": 9}, {"length_penalty": float("nan")}, {"max_new_tokens": 0}):
        with pytest.raises(SettingsError, match=next(iter(settings))):
            BeamConfig(**settings)
    with pytest.raises(TextError, match="empty"):
        beam_search(tiny, [])
