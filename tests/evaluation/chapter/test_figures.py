"""The chapter's exact figures, as the page shows them."""

import pytest
import torch

from playground.evaluation.chapter.figures import _near, exact_figures


@pytest.fixture(scope="module")
def rows():
    return exact_figures(on_progress=lambda _: None)["rows"]


def test_every_exact_figure_of_the_untrained_model_is_met(rows):
    assert [row["what"] for row in rows if not row["matches"]] == []
    shown = {row["book"] for row in rows}
    assert shown >= {
        "162,419,712",
        "2.6 GB",
        "13240 11381 4307 7640 16620 34991 6842 37891 19970 47477",
        " Laur inhab DistrinetalkQueue bear confidentlyggyenium",
        " rentingetic wasnم refres RexMeCHicular stren",
        "16657 339 42826, 49906 29669 41751",
        " Armed heNetflix",
        "7.4534e-05 3.1060e-05 1.1564e-05",
        "-9.5043 -10.3796 -11.3676 -11.4798 -9.7765 -12.2561",
        "-10.7940",
        "10.7940",
        "48725.8",
        "10.8249",
        "50,257",
    }


def test_a_number_that_differs_in_more_than_the_last_digit_does_not_match():
    assert _near("x", ["7.4534e-05"], torch.tensor([7.4541e-05]))["matches"]
    assert not _near("x", ["7.4534e-05"], torch.tensor([7.4554e-05]))["matches"]
    found = _near("x", ["-9.50"], torch.tensor([-9.51]))
    assert found == {"what": "x", "book": "-9.50", "here": "-9.51", "matches": True}
    assert not _near("x", ["-9.50"], torch.tensor([-9.53]))["matches"]
