"""The probabilities of the next token after a prompt: recorded at every evaluation, to see the distribution change."""

import torch

from playground.model.gpt import GPTModel


@torch.inference_mode()
def likeliest_next(model: GPTModel, ids: list[int], n: int = 20) -> list[tuple[int, float]]:
    """The `n` most likely tokens after `ids` as (token id, probability), most likely first; empty for no ids.

    Only the last `context_length` ids are used. The model is returned to the mode it was in.

    >>> from playground.config import ModelConfig
    >>> model = GPTModel(ModelConfig(vocab_size=9, context_length=4, emb_dim=8, n_heads=1, n_layers=1))
    >>> len(likeliest_next(model, [1, 2, 3], n=5)), likeliest_next(model, [])
    (5, [])
    """
    if not ids:
        return []
    was_training = model.training
    model.eval()
    try:
        device = next(model.parameters()).device
        context = torch.tensor([ids[-model.config.context_length :]], device=device)  # (1, T)
        logits = model.out_head(model.hidden(context)[:, -1])[0]  # (V,)
        top = logits.float().softmax(dim=-1).topk(min(n, len(logits)))
        return list(zip(top.indices.tolist(), top.values.tolist(), strict=True))
    finally:
        model.train(was_training)
