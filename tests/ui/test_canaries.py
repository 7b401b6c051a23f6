"""A thousand canaries in what one visitor of a public server brought, and a stranger who asks for all there is."""

import dataclasses

import pytest

from playground.config import DataConfig, ModelConfig, TrainConfig
from playground.sampling import write_sample
from playground.training.jobs.session import run_training
from playground.ui.context import Limits

from .conftest import serving

CANARIES = [f"canary-{number * 7919 % 1_000_003:06d}" for number in range(1000)]
PROMPT = f"{CANARIES[500]} said"
SECRET = "run-0123456789abcdef"


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """A page for strangers."""
    limits = dataclasses.replace(Limits.public(), max_runs_per_visitor=1)
    with serving(tmp_path_factory.mktemp("public") / "checkpoints", limits) as page:
        yield page


@pytest.fixture(scope="module")
def losses(public):
    """The losses of one visitor's run, as JSON has them; its text holds the canaries, and so does what it writes."""
    text = "\n".join(f"The password is {canary}, and nobody may know." for canary in CANARIES)
    model = ModelConfig(context_length=16, emb_dim=16, n_heads=2, n_layers=1)
    train = TrainConfig(max_steps=2, eval_freq=1, sample_tokens=5, start_context=PROMPT, threads=1)
    data = DataConfig(batch_size=4)
    run = public.context.store.create(SECRET, text, model, data, train, text_name=CANARIES[7])
    return [repr(event.train_loss) for event in run_training(run, write_sample) if hasattr(event, "train_loss")]


def found(answers, losses):
    """Which of the secrets stand in the answers."""
    everything = "\n".join(answers)
    return [secret for secret in [*CANARIES, *losses, SECRET] if secret in everything]


def act_as_the_owner(public) -> list[str]:
    """What the owner does, who knows the name; the answers."""
    asked = [
        public.ask("news", {"run": SECRET, "offset": 0}),
        public.ask("rows", {"known": [SECRET]}, "pg-runs"),
        public.ask("compare", {"runs": [SECRET], "over": "steps"}, "pg-runs"),
        public.ask("copied", {"run": SECRET, "step": 2, "ids": list(range(5))}, "desk"),
        public.client.post("/gradio_api/upload", files={"files": (f"{CANARIES[3]}.txt", CANARIES[3] * 100)}),
    ]
    return [*(answer.text for answer in asked), *public.join("generate", [SECRET, PROMPT], "the-owner")]


def ask_for_everything(public) -> list[str]:
    """Every event with what an untouched page sends, every server function without a name, and the pages themselves."""
    answers = [public.client.get(path).text for path in ("/", "/config", "/gradio_api/info", "/?run=")]
    for fn in public.page.fns.values():
        if fn.api_name == "start":  # it trains on a text of its own, under a name of its own
            continue
        if fn.queue:
            answers += public.join(fn.api_name, [], f"stranger-{fn.api_name}")
        else:
            answers.append(public.send(fn.api_name, public.defaults(fn.api_name)).text)
    queries = ({}, {"run": ""}, {"run": "", "offset": 0}, {"known": []}, {"runs": [], "over": "steps"}, "{}")
    widgets = [(block.elem_id, fn) for block in public.page.blocks.values() for fn in getattr(block, "server_fns", [])]
    assert {"news", "rows", "compare", "copied", "runs"} <= {fn.__name__ for _, fn in widgets}
    for elem_id, fn in widgets:
        answers += [public.ask(fn.__name__, query, elem_id).text for query in queries]
    return answers


@pytest.mark.process
def test_fault_47_a_thousand_canaries_of_one_visitor_never_reach_another(public, losses):
    owners = found(act_as_the_owner(public), losses)
    assert {SECRET, PROMPT.split()[0], *losses} <= set(owners)  # what is searched for can be found
    assert found(ask_for_everything(public), losses) == []
