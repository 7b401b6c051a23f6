"""Our weights in transformers' GPT-2, an independent implementation to compare with."""

from transformers import GPT2Config, GPT2LMHeadModel

from playground.model.gpt import GPTModel


def as_transformers(model: GPTModel) -> GPT2LMHeadModel:
    """transformers' model with the same weights, in evaluation mode."""
    config = model.config
    theirs = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.emb_dim,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            tie_word_embeddings=False,
        )
    )
    names = {"tok_emb": "wte", "pos_emb": "wpe", "final_norm": "ln_f", "blocks": "h", "norm1": "ln_1", "norm2": "ln_2"}
    names |= {"att": "attn", "qkv": "c_attn", "out_proj": "c_proj", "ff": "mlp", "up": "c_fc", "down": "c_proj"}
    state = {}
    for name, weight in model.state_dict().items():
        parts = name.split(".")
        if parts[0] == "out_head":
            state["lm_head.weight"] = weight
            continue
        in_linear = parts[-2] in ("qkv", "out_proj", "up", "down") and parts[-1] == "weight"
        their_name = ".".join(["transformer", *(names.get(part, part) for part in parts)])
        state[their_name] = weight.T if in_linear else weight  # transformers stores them transposed
    theirs.load_state_dict({name: weight.clone() for name, weight in state.items()})
    return theirs.eval()
