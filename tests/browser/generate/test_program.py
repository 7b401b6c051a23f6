"""The Generate tab as a program uses it."""

import json
import re

import pytest


def test_a_program_writes_a_text(url, tale):
    gradio_client = pytest.importorskip("gradio_client")
    client = gradio_client.Client(url, verbose=False)
    names = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {"/generate", "/write", "/continue", "/take_another", "/open_receipt", "/beam_search"} <= set(names)
    made = client.predict(run="tale", prompt="The rain had", max_new_tokens=8, temperature=0, api_name="/generate")
    assert made["text"]
    assert [token["rank"] for token in made["tokens"]] == [1] * 8
    form = ['{"run": "tale"}', "The rain had", 0, "", 8, 1, "", True, "crop", "float32", False, "", ""]
    *_, log = client.submit(*form, api_name="/write")
    shown = [json.loads(line) for line in log.split("\n") if line]
    assert "".join(each["t"] for each in shown if each.get("t") and not each.get("by")) == made["text"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"prompt": ""}, "empty"),
        ({"prompt": "a" * 30_000}, "shorten"),  # row 9: longer than the box allows
        ({"temperature": -1}, "temperature"),  # row 58
        ({"temperature": 1e-9}, "temperature"),
        ({"top_k": 0}, "top_k"),  # row 57
        ({"top_k": -1}, "top_k"),
        ({"checkpoint": "newest"}, "choose last, best"),  # row 11
        ({"run": "../tale"}, "../tale"),
        ({"run": "gone"}, "no run named gone"),
    ],
)
def test_fault_09_11_57_58_61_are_one_sentence(url, tale, asked, says):
    gradio_client = pytest.importorskip("gradio_client")
    client = gradio_client.Client(url, verbose=False)
    with pytest.raises(Exception, match=re.escape(says)) as refused:
        client.predict(**{"run": "tale", "prompt": "The rain", **asked}, api_name="/generate")
    assert "Traceback" not in str(refused.value)
