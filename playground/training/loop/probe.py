"""What a model would write next: kept after every evaluation, so that one can watch the distribution sharpen."""

import torch

from playground.model.gpt import GPTModel


@torch.inference_mode()
def likeliest_next(model: GPTModel, ids: list[int], n: int = 20) -> list[tuple[int, float]]:
    """The `n` likeliest tokens after `ids` as (token id, probability), likeliest first; nothing for no ids.

    More ids than the context holds are cropped from the left. The model's mode is put back after.
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
