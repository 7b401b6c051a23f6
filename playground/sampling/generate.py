"""The book's `generate`, the next token's distribution, and the sample written during training.

B: batch, T: tokens, V: vocabulary.
"""

import tiktoken
import torch
from torch import Tensor, nn

from playground.config import DecodeConfig, PastContext
from playground.model.gpt import GPTModel
from playground.model.inside import NOTHING, SwitchedOff
from playground.sampling.pipeline import Pipeline
from playground.sampling.probabilities import check_logits
from playground.sampling.reader import Reader, device_of, prompt_ids
from playground.text.tokenizer import encode, token_ids_to_text


@torch.no_grad()
def generate(
    model: nn.Module,
    idx: Tensor,
    max_new_tokens: int,
    context_size: int,
    temperature: float = 0.0,
    top_k: int | None = None,
    eos_id: int | None = None,
) -> Tensor:
    """Continue every row of `idx` `(B, T)` by up to `max_new_tokens` ids (book, section 5.3.3).

    The model sees the last `context_size` ids. With temperature 0 each token is the likeliest one; above 0 it is drawn
    with `torch.multinomial` from PyTorch's global random state, among the `top_k` likeliest if that is given. Stops
    before `eos_id`; in a batch, a row that has ended is filled with `eos_id` until all have. Call `model.eval()` first,
    as in the book. Raises `TextError` for an empty prompt, `SettingsError` for settings out of bounds and for NaN.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> generate(model, torch.tensor([[1, 2, 3]]), max_new_tokens=4, context_size=16).shape
    torch.Size([1, 7])
    """
    prompt_ids(idx, model)
    pipeline = Pipeline.from_decode(DecodeConfig(temperature=temperature, top_k=top_k))
    reader = Reader(model, len(idx), context_size)
    running = torch.ones(len(idx), 1, dtype=torch.bool, device=idx.device)
    for _ in range(max_new_tokens):
        logits = reader.logits(idx).float()  # (B, V)
        check_logits(logits)
        if temperature == 0:  # top-k does not change which token is the likeliest: no stage has to run
            idx_next = logits.argmax(dim=-1, keepdim=True)
        else:
            idx_next = torch.multinomial(pipeline(logits).softmax(dim=-1), 1)
        idx_next = idx_next.to(idx.device)
        if eos_id is not None:
            running &= idx_next != eos_id
            idx_next = idx_next.where(running, eos_id)
            if not running.any():
                break
        idx = torch.cat((idx, idx_next), dim=1)  # (B, T + 1)
    return idx


@torch.no_grad()
def next_token_probabilities(model: nn.Module, ids: Tensor | list[int], context_size: int | None = None) -> Tensor:
    """`(V,)`: the model's distribution of the token after a text of ids `(1, T)` or `(T,)`, on the CPU.

    Raises `TextError` for an empty prompt, `SettingsError` when the model gives NaN.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> float(next_token_probabilities(model, [1, 2, 3]).sum().round(decimals=4))
    1.0
    """
    return next_token_logits(model, ids, context_size).softmax(dim=-1)


@torch.no_grad()
def next_token_logits(
    model: nn.Module,
    ids: Tensor | list[int],
    context_size: int | None = None,
    past_context: PastContext = "crop",
    off: SwitchedOff = NOTHING,
) -> Tensor:
    """`(V,)`: the logits of the token after a text, in float32 on the CPU, as `Pipeline.trace` takes them.

    off: parts of the model to switch off

    Raises like `next_token_probabilities`.

    >>> from playground.config import ModelConfig
    >>> from playground.model.gpt import GPTModel
    >>> model = GPTModel(ModelConfig(vocab_size=50, context_length=16, emb_dim=8, n_heads=2, n_layers=1)).eval()
    >>> next_token_logits(model, [1, 2, 3]).shape
    torch.Size([50])
    """
    reader = Reader(model, 1, context_size)
    reader.switch_off(off)
    logits = reader.logits(prompt_ids(ids, model)[:1], past_context)[0].float().cpu().clone()
    check_logits(logits)
    return logits


def write_sample(model: GPTModel, tokenizer: tiktoken.Encoding, start_context: str, max_new_tokens: int) -> str:
    """The greedy continuation of `start_context`, with it: the book's `generate_and_print_sample`, without printing.

    An empty `start_context` becomes `<|endoftext|>`, after which a text begins. The model writes in evaluation mode and
    is left in the mode it was in.

    >>> from playground.config import ModelConfig
    >>> from playground.text.tokenizer import load_tokenizer
    >>> model = GPTModel(ModelConfig(vocab_size=257, context_length=16, emb_dim=8, n_heads=2, n_layers=1))
    >>> write_sample(model, load_tokenizer("bytes"), "Every", 3).startswith("Every")
    True
    """
    ids = torch.tensor([encode(start_context, tokenizer) or [tokenizer.eot_token]], device=device_of(model))
    was_training = model.training
    model.eval()
    try:
        written = generate(model, ids, max_new_tokens, model.config.context_length)
    finally:
        model.train(was_training)
    return token_ids_to_text(written if start_context else written[:, 1:], tokenizer)
