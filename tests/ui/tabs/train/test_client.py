"""The endpoints for other programs, called with `gradio_client`."""

import time

import pytest
from gradio_client import Client

from playground.errors import SettingsError, TextError
from playground.ui.context import Limits
from playground.ui.tabs.train.client import choose


@pytest.fixture(scope="module")
def client(served):
    made = Client(served.url, verbose=False)
    yield made
    made.close()


@pytest.mark.process
def test_a_training_is_started_watched_and_stopped(client):
    answer = client.predict(preset="nano", settings={"epochs": 5000}, name="by-hand", api_name="/train")
    assert answer == {"run": "by-hand"}
    assert client.predict(preset="nano", settings={"epochs": 5000}, name="by-hand", api_name="/train") == answer
    assert wait(client, "by-hand", lambda news: news["status"]["state"] == "running")
    assert client.predict(run="by-hand", api_name="/pause") == {}
    assert wait(client, "by-hand", lambda news: news["status"]["state"] == "paused")
    assert client.predict(run="by-hand", api_name="/step") == {}
    assert client.predict(run="by-hand", lr=0.001, api_name="/set_lr") == {}
    assert client.predict(run="by-hand", api_name="/resume") == {}
    for _ in range(2):  # fault 41: twice is harmless
        assert client.predict(run="by-hand", api_name="/stop") == {}
    news = wait(client, "by-hand", lambda news: news["status"]["state"] == "stopped")
    assert news["steps"]["step"]
    assert client.predict(run="by-hand", api_name="/stop") == {}


def test_fault_41_a_pause_after_the_end_is_refused_with_a_sentence(client):
    assert client.predict(run="by-hand", api_name="/pause")["error"].endswith(".")


def wait(client, run, ready, seconds=90):
    """The news of a run, once `ready`."""
    for _ in range(seconds * 5):
        news = client.predict(run=run, api_name="/news")
        if ready(news):
            return news
        time.sleep(0.2)
    raise AssertionError(news["status"])


@pytest.mark.parametrize(
    "changes",
    [
        {"preset": "huge"},
        {"settings": {"epoch": 3}},
        {"settings": {"epochs": float("inf")}},
        {"settings": {"epochs": 0}},
        {"settings": ["epochs"]},
        {"settings": {"emb_dim": 4096, "n_layers": 48}},
        {"sample": "../story"},
    ],
)
def test_an_impossible_choice_is_refused(changes):
    asked = {"text": "", "sample": "story", "preset": "nano", "settings": {}, **changes}
    with pytest.raises(SettingsError):
        choose(**asked, limits=Limits.public())


def test_fault_09_a_text_over_the_limit_is_refused():
    with pytest.raises(TextError):
        choose("a" * 101, "story", "nano", {}, Limits(max_text_bytes=100))


def test_settings_go_to_the_config_they_belong_to():
    choice = choose("so it goes", "", "nano", {"epochs": 2, "batch_size": 3, "emb_dim": 32}, Limits())
    assert (choice.train.epochs, choice.data.batch_size, choice.model.emb_dim) == (2, 3, 32)
    assert choice.text == "so it goes"
