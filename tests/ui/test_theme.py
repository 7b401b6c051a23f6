"""Text has enough contrast, and the series of a chart can be told apart, also with colour blindness."""

import itertools

import pytest

from playground.ui.theme import PALETTE, head, palette_css, theme

# Machado, Oliveira and Fernandes (2009): linear RGB as seen without one kind of cone.
DEFICIENCIES = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
SERIES = ("1", "2", "3", "4", "5", "6")


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def oklab(rgb: list[float]) -> list[float]:
    """Ottosson (2020): equal distances look equally different."""
    r, g, b = (max(0.0, part) for part in rgb)
    l, m, s = (  # noqa: E741
        (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3),
        (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3),
        (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3),
    )
    return [
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    ]


def distance(a: str, b: str, deficiency: str | None = None) -> float:
    seen = []
    for colour in (a, b):
        rgb = linear(colour)
        if deficiency:
            rgb = [sum(w * part for w, part in zip(row, rgb, strict=True)) for row in DEFICIENCIES[deficiency]]
        seen.append(oklab(rgb))
    return sum((x - y) ** 2 for x, y in zip(*seen, strict=True)) ** 0.5


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "surface", "sunken"])
def test_text_has_contrast_on_every_background(side, ground):
    for name in ("text", "muted"):
        assert contrast(PALETTE[name][side], PALETTE[ground][side]) >= 4.5, name


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_text_has_contrast_on_buttons_and_in_messages(side):
    pairs = [("on-accent", "accent"), ("on-accent", "accent-hover"), ("text", "warn-soft"), ("text", "bad-soft")]
    pairs += [("text", "accent-soft"), ("accent", "surface"), ("bad", "surface")]
    for text, ground in pairs:
        assert contrast(PALETTE[text][side], PALETTE[ground][side]) >= 4.5, (text, ground)


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_lines_and_borders_have_contrast_on_the_panel(side):
    for name in ("line-strong", *SERIES):
        assert contrast(PALETTE[name][side], PALETTE["surface"][side]) >= 3, name


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("deficiency", [None, *DEFICIENCIES])
def test_series_differ_also_with_colour_blindness(side, deficiency):
    for a, b in itertools.combinations(SERIES, 2):
        assert distance(PALETTE[a][side], PALETTE[b][side], deficiency) >= 0.08, (a, b)
    assert distance(PALETTE["1"][side], PALETTE["2"][side], deficiency) >= 0.15


def test_the_head_defines_every_colour_for_light_and_dark():
    css = palette_css()
    for name, (light, dark) in PALETTE.items():
        assert f"--pg-{name}: {light};" in css
        assert f"--pg-{name}: {dark};" in css
    assert css in head()


def test_no_font_is_loaded_from_another_server():
    made = theme()
    assert made._stylesheets == []
    css = (made._get_theme_css() + head()).replace("http://www.w3.org/2000/svg", "")
    assert "http" not in css
    assert "@import" not in css
