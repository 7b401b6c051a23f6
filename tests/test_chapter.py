"""Every exact figure of the book's chapter 5 (text, model, decoding), through the public API only."""

import pytest
import torch

from playground import (
    GPT_CONFIG_124M,
    TOY_LOGITS,
    TOY_VOCABULARY,
    Batches,
    DataConfig,
    GPTModel,
    ModelConfig,
    Pipeline,
    Temperature,
    TopK,
    build_corpus,
    calc_loss_batch,
    calc_loss_loader,
    count_draws,
    generate,
    load_tokenizer,
    make_batches,
    softmax_with_temperature,
    text_to_token_ids,
    token_ids_to_text,
)
from playground.text.tokenizer import find_vocabulary

INPUTS = torch.tensor([[16833, 3626, 6100], [40, 1107, 588]])  # "every effort moves", "I really like"
TARGETS = torch.tensor([[3626, 6100, 345], [1107, 588, 11311]])  # " effort moves you", " really like chocolate"


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer()


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(123)
    return GPTModel(GPT_CONFIG_124M).eval()


@pytest.fixture(scope="module")
def logits(model):
    with torch.no_grad():
        return model(INPUTS)


def test_the_configuration_reads_like_the_books_dictionary():
    assert dict(GPT_CONFIG_124M) == {
        "vocab_size": 50257,
        "context_length": 256,
        "emb_dim": 768,
        "n_heads": 12,
        "n_layers": 12,
        "drop_rate": 0.1,
        "qkv_bias": False,
    }
    assert ModelConfig(**GPT_CONFIG_124M) == GPT_CONFIG_124M
    assert GPT_CONFIG_124M["context_length"] == 256


def test_the_model_has_the_chapters_number_of_parameters(model):
    assert sum(parameter.numel() for parameter in model.parameters()) == 162_419_712


@pytest.mark.parametrize(
    ("prompt", "continuation", "ids"),
    [
        (
            "Hello, I am",
            " Laur inhab DistrinetalkQueue bear confidentlyggyenium",
            [13240, 11381, 4307, 7640, 16620, 34991, 6842, 37891, 19970, 47477],
        ),
        ("Every effort moves you", " rentingetic wasnم refres RexMeCHicular stren", None),
    ],
)
def test_greedy_text_of_the_untrained_model(model, tokenizer, prompt, continuation, ids):
    written = generate(model, text_to_token_ids(prompt, tokenizer), max_new_tokens=10, context_size=256)
    assert token_ids_to_text(written, tokenizer) == prompt + continuation
    assert ids is None or written[0, -10:].tolist() == ids


def test_prompt_ids(tokenizer):
    assert text_to_token_ids("Hello, I am", tokenizer).tolist() == [[15496, 11, 314, 716]]
    assert text_to_token_ids("<|endoftext|>", tokenizer).tolist() == [[50256]]


def test_likeliest_tokens_of_the_two_texts(logits, tokenizer):
    likeliest = logits.softmax(-1).argmax(-1)
    assert likeliest.tolist() == [[16657, 339, 42826], [49906, 29669, 41751]]
    assert token_ids_to_text(likeliest[:1], tokenizer) == " Armed heNetflix"


def test_six_steps_of_the_loss(logits, model):
    probabilities = logits.softmax(-1).gather(-1, TARGETS[..., None])[..., 0]
    # The fifth digit differs between machines' matrix products: in float64 the first is 7.4541e-05.
    assert probabilities[0].tolist() == pytest.approx([7.4534e-05, 3.1060e-05, 1.1564e-05], rel=1.5e-4)
    logs = probabilities.log().flatten()
    expected = [-9.5043, -10.3796, -11.3676, -11.4798, -9.7765, -12.2561]
    assert logs.tolist() == pytest.approx(expected, abs=1.5e-4)
    assert round(logs.mean().item(), 4) == -10.7940
    with torch.no_grad():
        loss = calc_loss_batch(INPUTS, TARGETS, model, torch.device("cpu"))
    assert round(loss.item(), 4) == 10.7940
    assert round(loss.exp().item(), 1) == 48725.8


def test_the_verdict_in_numbers(verdict, tokenizer):
    ids = tokenizer.encode(verdict)
    assert (len(verdict), len(ids), len(set(ids))) == (20_479, 5_145, 1_416)
    data = DataConfig(vocabulary="gpt2", train_ratio=0.9, batch_size=2)
    corpus = build_corpus(verdict, data)
    assert (len(corpus.train_text), len(corpus.val_text)) == (18_431, 2_048)
    train, val = make_batches(corpus, data, context_length=256, seed=123)
    assert (len(train), len(val)) == (9, 1)
    shapes = [inputs.shape for batches in (train, val) for inputs, _ in batches]
    assert set(shapes) == {(2, 256)}
    assert sum(inputs.numel() for inputs, _ in train) == 4_608
    assert sum(inputs.numel() for inputs, _ in val) == 512
    assert find_vocabulary("compact", verdict).size == 2_616


def test_losses_of_the_untrained_model_on_the_verdict(verdict, model):
    data = DataConfig(vocabulary="gpt2", batch_size=2)
    train, val = make_batches(build_corpus(verdict, data), data, context_length=256, seed=123)
    cpu = torch.device("cpu")
    with torch.no_grad():
        assert calc_loss_loader(train, model, cpu) == pytest.approx(10.9876, abs=5e-5)
        assert calc_loss_loader(val, model, cpu) == pytest.approx(10.9811, abs=5e-5)


def test_targets_are_the_inputs_shifted_by_one():
    inputs, targets = next(iter(Batches(torch.arange(9), context_length=4, batch_size=2, shuffle=False)))
    assert inputs.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert targets.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]


def test_toy_probabilities():
    assert list(TOY_VOCABULARY) == ["closer", "every", "effort", "forward", "inches", "moves", "pizza", "toward", "you"]
    probabilities = torch.softmax(TOY_LOGITS, dim=0)
    assert [f"{p:.4e}" for p in probabilities.tolist()] == [
        "6.0907e-02",
        "1.6313e-03",
        "1.0019e-04",
        "5.7212e-01",
        "3.4190e-03",
        "1.3257e-04",
        "1.0120e-04",
        "3.5758e-01",
        "4.0122e-03",
    ]
    assert list(TOY_VOCABULARY)[int(probabilities.argmax())] == "forward"


@pytest.mark.parametrize(
    ("temperature", "counts"),
    [(1, [73, 0, 0, 582, 2, 0, 0, 343, 0]), (0.1, [0, 0, 0, 985, 0, 0, 0, 15, 0]),
     (5, [165, 75, 42, 239, 71, 46, 32, 227, 103])],
)  # fmt: skip
def test_a_thousand_draws(temperature, counts):
    probabilities = softmax_with_temperature(TOY_LOGITS, temperature)
    assert list(count_draws(probabilities, n=1000, seed=123)) == counts


@pytest.mark.parametrize(
    ("temperature", "pizza", "entropy_bits"), [(1, "1.012e-04", 1.317), (0.1, "2.97e-38", 0.074), (5, "0.0430", 2.884)]
)
def test_temperature_on_pizza_and_entropy(temperature, pizza, entropy_bits):
    probabilities = softmax_with_temperature(TOY_LOGITS.double(), temperature)
    digits = {1: ".3e", 0.1: ".2e", 5: ".4f"}[temperature]
    assert format(probabilities[6].item(), digits) == pizza
    assert -(probabilities * probabilities.clamp_min(1e-300).log2()).sum().item() == pytest.approx(
        entropy_bits, abs=5e-4
    )


def test_top_three_of_the_toy_words():
    masked = TopK(3)(TOY_LOGITS[None], torch.zeros(1, 0, dtype=torch.long))[0]
    assert torch.isinf(masked).sum() == 6
    kept = masked[~torch.isinf(masked)]
    assert sorted(kept.tolist(), reverse=True) == pytest.approx([6.75, 6.28, 4.51])
    probabilities = softmax_with_temperature(masked, 1)
    assert [round(probabilities[i].item(), 4) for i in (3, 7, 0)] == [0.5775, 0.3610, 0.0615]


def test_the_stages_of_one_token():
    """Logits → top-k → −inf mask → ÷ temperature → softmax, as one pipeline and step by step."""
    pipeline = Pipeline([TopK(3), Temperature(1.4)])
    out = pipeline(TOY_LOGITS[None], torch.zeros(1, 0, dtype=torch.long))[0]
    third = TOY_LOGITS.topk(3).values[-1]
    by_hand = TOY_LOGITS.masked_fill(TOY_LOGITS.lt(third), -torch.inf) / 1.4
    assert torch.equal(out.softmax(0), by_hand.softmax(0))


def test_greedy_gives_the_same_text_every_time_and_so_does_top_k_one(model, tokenizer):
    ids = text_to_token_ids("Every effort moves you", tokenizer)
    greedy = [generate(model, ids, max_new_tokens=5, context_size=256) for _ in range(2)]
    one = generate(model, ids, max_new_tokens=5, context_size=256, temperature=1.4, top_k=1)
    assert torch.equal(greedy[0], greedy[1])
    assert torch.equal(greedy[0], one)


def test_generation_stops_at_the_end_token(model, tokenizer):
    ids = text_to_token_ids("Hello, I am", tokenizer)
    written = generate(model, ids, max_new_tokens=10, context_size=256, eos_id=4307)
    assert written[0, 4:].tolist() == [13240, 11381]
