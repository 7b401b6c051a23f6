"""The scale of a token's colour: even to the eye, in order for every kind of colour vision, and never hard to read."""

import math
import re
from itertools import pairwise

import pytest

from playground.ui.web import MODULES

CSS = (MODULES / "lib/shades.css").read_text(encoding="utf-8")


def ramp(dark: bool) -> list[str]:
    block = CSS.split(".dark & {")[1].split("}")[0] if dark else CSS.split(".dark & {")[0]
    steps = dict(re.findall(r"--step-(\d): (#[0-9a-f]{6})", block))
    return [steps[str(step)] for step in range(10)]


def ink(dark: bool) -> str:
    return re.findall(r"--step-ink: (#[0-9a-f]{6})", CSS)[dark]


def linear(colour: str) -> list[float]:
    values = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]


def oklab(rgb: list[float]) -> tuple[float, float, float]:
    """Björn Ottosson's space, in which equal distances look equal (https://bottosson.github.io/posts/oklab/)."""
    r, g, b = (max(0.0, value) for value in rgb)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def luminance(colour: str) -> float:
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


COLOUR_BLIND = {  # Machado, Oliveira and Fernandes 2009, full severity, on linear RGB
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


@pytest.mark.parametrize("dark", [False, True])
def test_steps_look_equally_far_apart(dark):
    labs = [oklab(linear(colour)) for colour in ramp(dark)]
    gaps = [math.dist(a, b) for a, b in pairwise(labs)]
    assert max(gaps) / min(gaps) < 1.15
    assert min(gaps) > 0.03  # just noticeable is about 0.02


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("kind", COLOUR_BLIND)
def test_the_order_does_not_hang_on_hue(dark, kind):
    seen = [
        oklab([sum(m * c for m, c in zip(row, linear(colour), strict=True)) for row in COLOUR_BLIND[kind]])
        for colour in ramp(dark)
    ]
    lightness = [lab[0] for lab in seen]
    assert lightness == sorted(lightness, reverse=not dark)
    assert min(math.dist(a, b) for a, b in pairwise(seen)) > 0.02


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_on_every_step(dark):
    for colour in ramp(dark):
        low, high = sorted((luminance(colour), luminance(ink(dark))))
        assert (high + 0.05) / (low + 0.05) > 4.9, colour
