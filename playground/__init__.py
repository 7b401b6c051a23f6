"""See how a language model is trained and how it chooses its next word.

The names in `__all__` are the public Python API. Where the book has a name, it is used.

>>> import torch
>>> from playground import GPTModel, ModelConfig, generate, load_tokenizer, text_to_token_ids
>>> _ = torch.manual_seed(123)
>>> model = GPTModel(ModelConfig(emb_dim=32, n_heads=2, n_layers=1, context_length=16)).eval()
>>> ids = text_to_token_ids("Every effort moves you", load_tokenizer())
>>> generate(model, ids, max_new_tokens=3, context_size=16).shape
torch.Size([1, 7])
"""

import os

# How OpenMP threads wait for each other: a long spin blocks cores on a busy machine, and sleeping at once costs time to
# wake up on an idle one. This spins for some microseconds, then sleeps. torch reads it once, when it is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

from playground.config import GPT_CONFIG_124M, DataConfig, DecodeConfig, ModelConfig, TrainConfig
from playground.cost import estimate_memory
from playground.errors import PlaygroundError
from playground.evaluation.evaluate import evaluate
from playground.evaluation.inspect import inspect
from playground.evaluation.learning import learning_history
from playground.evaluation.token_losses import per_token_losses
from playground.model.gpt import GPTModel
from playground.model.interchange.book import read_book_file, write_book_file
from playground.model.presets import PRESETS, count_parameters
from playground.sampling.generate import generate
from playground.sampling.pipeline import Pipeline
from playground.sampling.probabilities import softmax_with_temperature
from playground.sampling.stages import Temperature, TopK
from playground.sampling.stream import stream
from playground.sampling.toy import TOY_LOGITS, TOY_VOCABULARY, count_draws
from playground.text.corpus import build_corpus
from playground.text.samples import load_sample
from playground.text.tokenizer import load_tokenizer, text_to_token_ids, token_ids_to_text
from playground.text.upload import decode_upload
from playground.training.jobs.session import run_training
from playground.training.loop.batches import Batches, make_batches
from playground.training.loop.loss import calc_loss_batch, calc_loss_loader, evaluate_model
from playground.training.loop.simple import train_model_simple
from playground.training.loop.trainer import train
from playground.training.runs.store import RunStore

__all__ = [
    "GPT_CONFIG_124M",
    "PRESETS",
    "TOY_LOGITS",
    "TOY_VOCABULARY",
    "Batches",
    "DataConfig",
    "DecodeConfig",
    "GPTModel",
    "ModelConfig",
    "Pipeline",
    "PlaygroundError",
    "RunStore",
    "Temperature",
    "TopK",
    "TrainConfig",
    "build_corpus",
    "calc_loss_batch",
    "calc_loss_loader",
    "count_draws",
    "count_parameters",
    "decode_upload",
    "estimate_memory",
    "evaluate",
    "evaluate_model",
    "generate",
    "inspect",
    "learning_history",
    "load_sample",
    "load_tokenizer",
    "make_batches",
    "per_token_losses",
    "read_book_file",
    "run_training",
    "softmax_with_temperature",
    "stream",
    "text_to_token_ids",
    "token_ids_to_text",
    "train",
    "train_model_simple",
    "write_book_file",
]
