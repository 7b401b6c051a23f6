"""FAULTS.md lists what must never hurt: each row has a test, each test a row, and the files named there are right."""

import re
from pathlib import Path

HERE = Path(__file__).parent
ROW = re.compile(r"^\| (\d+) \| .+ \| (.*) \|$", re.MULTILINE)
TEST = re.compile(r"^ *def test_fault_((?:\d\d_)+)", re.MULTILINE)


def files_by_row() -> dict[int, str]:
    """For each fault that a test names, the files of those tests as the table writes them."""
    found: dict[int, set[str]] = {}
    for path in HERE.rglob("test_*.py"):
        for numbers in TEST.findall(path.read_text(encoding="utf-8")):
            for number in numbers.strip("_").split("_"):
                found.setdefault(int(number), set()).add(f"`{path.relative_to(HERE).as_posix()}`")
    return {number: " ".join(sorted(files)) for number, files in found.items()}


def test_each_row_has_tests_each_test_a_row_and_the_table_names_their_files() -> None:
    rows = ROW.findall((HERE / "FAULTS.md").read_text(encoding="utf-8"))
    assert [int(number) for number, _ in rows] == list(range(1, len(rows) + 1))
    assert {int(number): files for number, files in rows} == files_by_row()
