from hypothesis import given
from hypothesis import strategies as st

from playground.ui.thinning import MAX_POINTS, thin_columns, thin_rows

XY = {"x": "last", "y": "mean"}


@given(st.lists(st.integers(), max_size=50), st.integers(2, 20))
def test_thinned_rows_keep_the_first_and_the_last(rows, most):
    kept = thin_rows(rows, most)
    assert len(kept) <= most
    if rows:
        assert (kept[0], kept[-1]) == (rows[0], rows[-1])


@given(st.integers(0, 5000))
def test_fault_49_a_curve_has_no_more_points_than_a_screen(n):
    curve = thin_columns({"x": list(range(n)), "y": [float(i) for i in range(n)]}, XY)
    assert len(curve["x"]) == len(curve["y"]) <= MAX_POINTS
    assert not n or curve["x"][-1] == n - 1


def test_few_points_stay_as_they_are():
    columns = {"x": [1, 2, 3], "y": [3.0, 2.0, 1.0]}
    assert thin_columns(columns, XY) == columns
