"""The settings of the Generate tab in the page's address."""

import pytest

from playground.sampling import BeamConfig
from playground.ui.tabs.generate.desk_link import DeskLink


def test_what_the_address_leaves_out_has_its_default():
    link = DeskLink.from_json('{"temperature":1.4,"top_k":25,"view":"beams","width":8}')
    assert (link.decode().temperature, link.decode().top_k, link.decode().seed) == (1.4, 25, 123)
    assert link.beams() == BeamConfig(width=8, max_new_tokens=12)
    assert link.view == "beams"


def test_numbers_of_fields_that_hold_text_may_be_texts():
    assert DeskLink.from_json('{"top_k":"25","stop":"12"}').decode().top_k == 25


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"view":"elsewhere"}',
        '{"width":99}',
        '{"compare":"<b>"}',
        '{"other":1}',
        '{"temperature":null}',
        f'{{"stop":"{"a" * 60_000}"}}',
    ],
)
def test_a_damaged_address_shows_the_defaults(text):
    assert DeskLink.from_json(text) == DeskLink()
