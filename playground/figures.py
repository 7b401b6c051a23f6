"""Numbers → matplotlib figures, to be saved or printed.

Figures are made without pyplot, so that several threads can draw and no state is kept between calls.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from playground.errors import SettingsError

FIGURE_FORMATS = ("pdf", "png", "svg")
_EDGE_INCHES = 0.1  # no word touches the edge of the picture


def plot_losses(
    epochs_seen: Sequence[float],
    tokens_seen: Sequence[int],
    train_losses: Sequence[float],
    val_losses: Sequence[float],
) -> Figure:
    """The chapter's figure of a training: both losses over epochs, with tokens seen on a second axis at the top.

    All four sequences have one value per evaluation. Source: book, chapter 5, `plot_losses`.

    >>> figure = plot_losses([0.5, 1.0], [512, 1024], [9.8, 8.1], [9.9, 8.4])
    >>> [axis.get_xlabel() for axis in figure.axes]
    ['Epochs', 'Tokens seen']
    """
    figure = Figure(figsize=(5, 3), layout=ConstrainedLayoutEngine(w_pad=_EDGE_INCHES, h_pad=_EDGE_INCHES))
    epochs = figure.subplots()
    epochs.plot(epochs_seen, train_losses, label="Training loss")
    epochs.plot(epochs_seen, val_losses, linestyle="-.", label="Validation loss")
    epochs.set_xlabel("Epochs")
    epochs.set_ylabel("Loss")
    epochs.xaxis.set_major_locator(MaxNLocator(integer=True))
    epochs.legend(loc="best")  # the emptiest corner: validation may rise
    tokens = epochs.twiny()
    tokens.plot(tokens_seen, train_losses, alpha=0)  # invisible: it only sets the scale of the second axis
    tokens.set_xlabel("Tokens seen")
    return figure


def plot_temperatures(words: Sequence[str], probabilities: Mapping[float, Sequence[float]]) -> Figure:
    """The chapter's figure of temperature scaling: for every word one bar per temperature.

    `probabilities` maps a temperature to the probabilities of the words. Source: book, chapter 5.

    >>> figure = plot_temperatures(["closer", "forward"], {1: [0.1, 0.9], 5: [0.4, 0.6]})
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['Temperature = 1', 'Temperature = 5']
    """
    figure = Figure(figsize=(5, 3), layout=ConstrainedLayoutEngine(w_pad=_EDGE_INCHES, h_pad=_EDGE_INCHES))
    axes = figure.subplots()
    width = 0.75 / max(1, len(probabilities))
    for i, (temperature, values) in enumerate(probabilities.items()):
        offset = (i - (len(probabilities) - 1) / 2) * width
        axes.bar([x + offset for x in range(len(words))], values, width, label=f"Temperature = {temperature:g}")
    axes.set_ylabel("Probability")
    axes.set_xticks(range(len(words)), words, rotation=90)
    axes.legend()
    return figure


def save_figure(figure: Figure, path: Path) -> Path:
    """Save a figure in the format of the path's suffix (pdf, png or svg), and return the path.

    Raises `SettingsError` for another suffix.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> save_figure(plot_losses([0.5, 1.0], [512, 1024], [9.8, 8.1], [9.9, 8.4]), folder / "losses.svg").name
    'losses.svg'
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FIGURE_FORMATS:
        raise SettingsError(f"A figure can be saved as {', '.join(FIGURE_FORMATS)}, not as {path.suffix or path.name}.")
    figure.savefig(path, format=suffix, dpi=200)
    return path
