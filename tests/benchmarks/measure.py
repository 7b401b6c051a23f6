"""One side of a comparison in a process of its own: `python -m tests.benchmarks.measure '{"task": …}'`.

It prepares the task, says so with an empty line, and then measures once for each line it reads, answering with one JSON
object a line. It is a process of its own, because peak memory never falls within one, and one side must not warm the
other's caches.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

from playground.cost import estimate_memory
from playground.device import use_threads
from playground.model.presets import PRESETS
from playground.training.loop.events import Event
from tests.benchmarks.sides import Side, make_side, shape

Numbers = dict[str, float]
Measurement = Callable[[], Numbers]


def training(side: str, size: str, seconds: float) -> Measurement:
    """Tokens per second over the median step, and the process's peak memory."""
    config, preset = shape(size), PRESETS[size]
    made = make_side(side, config, trains=True)
    inputs, targets = _batch(size)
    if side.startswith("ours"):
        from playground.training.loop.machine_use import choose_threads

        use_threads(choose_threads(made.model, preset.data.batch_size, torch.get_num_threads()))
    made.model.train()
    made.train(inputs, targets)
    estimate = estimate_memory(config, preset.data, preset.train).training_bytes

    def measure() -> Numbers:
        step_s = _median_s(lambda: made.train(inputs, targets), seconds)
        return {
            "tokens_per_s": inputs.numel() / step_s,
            "step_s": step_s,
            "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "estimated_bytes": estimate,
        }

    return measure


def evaluation(side: str, size: str, seconds: float) -> Measurement:
    """Tokens per second of measuring the loss of a batch without dropout and gradients, on a side made for training."""
    made = make_side(side, shape(size), trains=True)
    made.model.eval()
    inputs, targets = _batch(size)

    @torch.inference_mode()
    def measure() -> Numbers:
        return {"tokens_per_s": inputs.numel() / _median_s(lambda: made.loss(inputs, targets), seconds)}

    with torch.inference_mode():
        made.loss(inputs, targets)
    return measure


def _batch(size: str) -> tuple[torch.Tensor, torch.Tensor]:
    config = shape(size)
    text = torch.randint(config.vocab_size, (PRESETS[size].data.batch_size, config.context_length + 1))
    return text[:, :-1], text[:, 1:]


def generation(side: str, size: str, seconds: float) -> Measurement:
    """Tokens per second of greedy writing within the context, reading the prompt included."""
    made = make_side(side, shape(size), trains=False)
    made.model.eval()
    new = min(100, made_context(made) - 8)
    prompt = torch.arange(8)[None]
    made.write(prompt, new)
    return lambda: {"tokens_per_s": new / _median_s(lambda: made.write(prompt, new), seconds)}


def growth(side: str, size: str, seconds: float) -> Numbers:
    """Does a token cost more late in a long text than early, and after a thousand others than before?"""
    config = shape(size).replace(context_length=1024)
    made = make_side(side, config, trains=False)
    made.model.eval()
    prompt = torch.arange(8)[None]

    def seconds_for(ids: torch.Tensor, new: int) -> float:
        started = time.perf_counter()
        made.write(ids, new)
        return time.perf_counter() - started

    seconds_for(prompt, 50)
    first = seconds_for(prompt, 1000)
    quarter = seconds_for(prompt, 250)
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        seconds_for(prompt, 100)
    again = seconds_for(prompt, 1000)
    late = first - seconds_for(prompt, 750)
    return {"tokens_per_s": 1000 / first, "later_over_first": again / first, "last_over_first_quarter": late / quarter}


def time_to_loss(side: str, size: str, seconds: float) -> Numbers:
    """Seconds of training until an evaluation on the training text lies below 0.8, for the bundled story."""
    if side == "book":  # in its own settings: one step is measured, instead of all 90 of its ten epochs
        return {"seconds": 90 * training("book", "gpt2-124M", seconds)()["step_s"], "extrapolated": 1}
    started = time.perf_counter()
    for event in _trained_on_story(size):
        if event.type == "evaluated" and event.train_loss < 0.8:
            return {"seconds": time.perf_counter() - started, "step": event.step}
    raise SystemExit(f"{size} did not reach a training loss of 0.8")


def _trained_on_story(size: str, **settings: Any) -> Iterator[Event]:
    from playground.model.gpt import GPTModel
    from playground.text.corpus import build_corpus
    from playground.text.samples import load_sample
    from playground.training.loop.optimizer import make_optimizer
    from playground.training.loop.trainer import train

    preset = PRESETS[size]
    chosen = preset.train.replace(threads=torch.get_num_threads(), **settings)
    corpus = build_corpus(load_sample("story"), preset.data)
    torch.manual_seed(chosen.seed)
    model = GPTModel(preset.model.replace(vocab_size=corpus.vocabulary.size))
    return train(model, make_optimizer(model, chosen), corpus, preset.data, chosen)


def final_loss(side: str, size: str, seconds: float) -> Numbers:
    """Mean training and validation loss at the end of three trainings, each with a seed of its own."""
    precision = side.partition("-")[2] or "float32"
    ends = []
    for seed in (1, 2, 3):
        *_, end = (
            event for event in _trained_on_story(size, seed=seed, precision=precision) if event.type == "evaluated"
        )
        ends.append(end)
    return {name: statistics.mean(getattr(end, name) for end in ends) for name in ("train_loss", "val_loss")}


def start(side: str, size: str, seconds: float) -> Numbers:
    """Seconds from a cold start of Python to the first loss: our command line, or the same few lines on the book."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "playground", "train", "sample:story", "--preset", size, "--json"]
        command += ["--checkpoints", folder, "--threads", str(torch.get_num_threads())]
        if side == "book":
            command = [sys.executable, "-c", _BOOK_START]
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                if '"stepped"' in line:
                    found = time.perf_counter() - started
                    process.kill()
                    return {"seconds": found}
    raise SystemExit("no loss came")


_BOOK_START = """
import torch, tiktoken
from llms_from_scratch.ch04 import GPTModel
from llms_from_scratch.ch05 import calc_loss_batch
from playground.config import GPT_CONFIG_124M
from playground.text.samples import load_sample
from playground.text.tokenizer import load_tokenizer
ids = torch.tensor(load_tokenizer().encode(load_sample("story")))
model = GPTModel(dict(GPT_CONFIG_124M))
optimizer = torch.optim.AdamW(model.parameters(), lr=4e-4, weight_decay=0.1)
windows = ids[:514].view(2, 257)
loss = calc_loss_batch(windows[:, :-1], windows[:, 1:], model, "cpu")
loss.backward()
optimizer.step()
print('{"type": "stepped"}', loss.item(), flush=True)
"""


def made_context(made: Side) -> int:
    config = made.model.config if hasattr(made.model, "config") else None
    return (
        getattr(config, "context_length", None)
        or getattr(config, "n_positions", None)
        or made.model.pos_emb.num_embeddings
    )


def _median_s(work: Callable[[], Any], seconds: float) -> float:
    """Median time of a call, of one at least and of as many as fit into that time."""
    times: list[float] = []
    while sum(times) < seconds or not times:
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


IN_SLICES = {task.__name__: task for task in (training, evaluation, generation)}
"""What can be measured for some seconds, again and again."""
AT_ONCE = {task.__name__: task for task in (growth, time_to_loss, final_loss, start)}


def main() -> None:
    spec = json.loads(sys.argv[1])
    use_threads(spec.pop("threads"))
    task = spec.pop("task")
    measurement = IN_SLICES[task](**spec) if task in IN_SLICES else lambda: AT_ONCE[task](**spec)
    print(flush=True)
    for _ in sys.stdin:
        print(json.dumps(measurement()), flush=True)


if __name__ == "__main__":
    main()
