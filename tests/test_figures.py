import gc
import weakref
from itertools import pairwise

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.backends.backend_agg import FigureCanvasAgg

from playground.errors import SettingsError
from playground.figures import plot_losses, plot_temperatures, save_figure


def test_losses_are_plotted_over_epochs_with_tokens_on_top():
    figure = plot_losses([1, 2, 3], [100, 200, 300], [9, 5, 2], [9.1, 7, 6.5])
    epochs, tokens = figure.axes
    training, validation = epochs.get_lines()
    assert list(training.get_ydata()) == [9, 5, 2]
    assert validation.get_linestyle() == "-."
    assert list(tokens.get_lines()[0].get_xdata()) == [100, 200, 300]
    assert all(float(tick).is_integer() for tick in epochs.get_xticks())


def test_temperatures_are_grouped_bars_with_one_group_per_word():
    figure = plot_temperatures(["a", "b"], {1: [0.2, 0.8], 0.1: [0, 1], 5: [0.4, 0.6]})
    bars = figure.axes[0].containers
    assert [[bar.get_height() for bar in group] for group in bars] == [[0.2, 0.8], [0, 1], [0.4, 0.6]]
    lefts = sorted(bar.get_x() for group in bars for bar in group)
    widths = bars[0][0].get_width()
    assert all(right - left >= widths - 1e-9 for left, right in pairwise(lefts)), "bars overlap"


@pytest.mark.parametrize(("suffix", "magic"), [(".pdf", b"%PDF"), (".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_a_figure_is_saved_in_the_format_of_its_suffix(tmp_path, suffix, magic):
    path = save_figure(plot_losses([1], [10], [2.0], [3.0]), tmp_path / f"loss{suffix}")
    assert path.read_bytes().startswith(magic)


def test_another_suffix_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(SettingsError, match=r"not as \.docx"):
        save_figure(plot_losses([1], [10], [2.0], [3.0]), tmp_path / "loss.docx")


def test_fault_49_saved_figures_are_freed():
    """Live curves are drawn in the browser, so only saved figures could leak memory."""
    drawn = [weakref.ref(plot_losses([0, step], [0, step], [2, 1], [2, 1])) for step in range(1, 51)]
    gc.collect()
    assert pyplot.get_fignums() == []
    assert not any(figure() for figure in drawn)


def drawn(figure):
    FigureCanvasAgg(figure).draw()
    return figure


def test_the_legend_covers_no_curve_where_validation_rises_again():
    figure = drawn(plot_losses([0, 5, 10, 15, 20], [0, 1, 2, 3, 4], [7.5, 4, 1, 0.3, 0.1], [7.5, 5.1, 5.4, 6, 6.2]))
    axes = figure.axes[0]
    covered = axes.get_legend().get_window_extent()
    for line in axes.get_lines():
        points = np.column_stack([np.interp(np.linspace(0, 20, 200), *line.get_data()), np.linspace(0, 20, 200)])
        pixels = axes.transData.transform(points[:, ::-1])
        assert not any(covered.contains(*pixel) for pixel in pixels)


@pytest.mark.parametrize(
    "figure",
    [
        plot_temperatures(["forward", "understanding"], {1: [0.1, 0.9], 0.1: [0, 1], 5: [0.4, 0.6]}),
        plot_losses([0.5, 1.0], [512, 1024], [9.8, 8.1], [9.9, 8.4]),
    ],
    ids=["temperatures", "losses"],
)
def test_no_word_touches_the_edge_of_a_figure(figure):
    words = drawn(figure).get_tightbbox()  # in inches
    width, height = figure.get_size_inches()
    assert min(words.x0, words.y0, width - words.x1, height - words.y1) > 0.05
