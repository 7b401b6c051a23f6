from typing import ClassVar

import pytest

from playground.errors import SettingsError
from playground.ui.build import launch
from playground.ui.context import Context


class PageOnATakenPort:
    blocks: ClassVar = {}

    def launch(self, **_):
        raise OSError("Cannot find empty port in range: 7999-7999.")  # what Gradio says


def test_a_taken_port_is_told_in_one_sentence(tmp_path):
    with pytest.raises(SettingsError, match="port: 7999 is taken"):
        launch(PageOnATakenPort(), Context.open(tmp_path), port=7999)
