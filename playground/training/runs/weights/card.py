"""The model card of an exported run: what it was trained on, with which settings, how far, and how to use it."""

from playground.training.runs.run import Run


def model_card(run: Run, step: int, sample: str = "") -> str:
    """The card as Markdown, with the front matter that the hub reads. `sample` is a text and its receipt, or "".

    Names and texts of users are set as code, so that they are shown as characters.
    """
    spec, status = run.spec, run.status()
    model, train = spec.model, spec.train
    facts = {
        "Text": spec.text_name if spec.has_text else "unknown: the weights came without one",
        "SHA-256 of the text": spec.text_sha256 if spec.has_text else "–",
        "First weights": spec.source or "random",
        "Checkpoint": f"step {step:,}",
        "Vocabulary": f"{spec.data.vocabulary}, {model.vocab_size:,} tokens, GPT-2's merges",
        "Size": f"{model.n_layers} layers, width {model.emb_dim}, {model.n_heads} heads",
        "Context": f"{model.context_length} tokens",
        "Optimizer": f"AdamW, lr {train.lr:g} ({train.lr_schedule}), weight decay {train.weight_decay:g}, "
        f"betas {train.beta1:g} and {train.beta2:g}",
        "Batches": f"{spec.data.batch_size} windows, {train.epochs} epochs, seed {train.seed}",
        "Training loss": _loss(status.train_loss),
        "Validation loss": _loss(status.val_loss),
        "Lowest validation loss": _loss(status.best_val_loss),
    }
    rows = "\n".join(f"| {name} | {_code(value)} |" for name, value in facts.items())
    example = f"\n## What it writes\n\n{_block(sample)}\n" if sample else ""
    return f"""---
library_name: transformers
pipeline_tag: text-generation
---

# {_code(spec.shown_name)}

A GPT-2 in float32, trained in a playground for small language models.

| | |
|---|---|
{rows}

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained(".")
tokenizer = AutoTokenizer.from_pretrained(".")
ids = tokenizer({train.start_context!r}, return_tensors="pt")
print(tokenizer.decode(model.generate(**ids, max_new_tokens=25)[0]))
```
{example}"""


def _loss(loss: float | None) -> str:
    return "–" if loss is None else f"{loss:.4f}"


def _code(value: str) -> str:
    clean = "".join(character if character.isprintable() else " " for character in value)
    return "`" + clean.replace("`", "'").replace("|", "¦") + "`"


def _block(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
