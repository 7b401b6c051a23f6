"""The look of the page: the palette for light and dark, local fonts, and Gradio's theme built from them.

Widgets use the CSS variables `--pg-*` for colours and contain no colour values. `--pg-1` to `--pg-6` are the colours of
the series of a chart, in this order; they can be told apart with colour blindness (after Okabe and Ito, 2008, darkened
for the light page and lightened for the dark one).
"""

from importlib.resources import files

import gradio as gr
from gradio.themes import Color
from gradio.themes.utils.fonts import LocalFont

PALETTE: dict[str, tuple[str, str]] = {
    "page": ("#f7f7f4", "#131518"),  # background of the page
    "surface": ("#ffffff", "#1a1d21"),  # panels
    "sunken": ("#f1f1ed", "#22262b"),  # fields, tracks, table heads
    "line": ("#e2e2dc", "#2e3339"),  # hairlines and grids
    "line-strong": ("#8f918c", "#6b727b"),  # borders of controls
    "text": ("#1c1f23", "#e7e8ea"),
    "muted": ("#5e636b", "#a0a6af"),
    "accent": ("#1f5a8f", "#7cb8ea"),  # controls and focus rings
    "accent-hover": ("#174a78", "#9ccaf1"),
    "accent-soft": ("#e6eff7", "#1f2f3d"),
    "on-accent": ("#ffffff", "#0d1822"),
    "good": ("#1b7a55", "#4cc38e"),
    "warn": ("#8a5a00", "#e3b04b"),
    "warn-soft": ("#fbf3df", "#322a18"),
    "bad": ("#b3261e", "#f2857c"),
    "bad-soft": ("#fbeae8", "#3a1f1d"),
    "1": ("#1b6eb1", "#60afeb"),  # blue: training
    "2": ("#c74f0a", "#f08e4c"),  # vermilion: validation
    "3": ("#008963", "#37c898"),  # green
    "4": ("#8f2a71", "#e5c0df"),  # purple
    "5": ("#754403", "#e8dc5a"),  # brown, yellow
    "6": ("#2c3038", "#79868d"),  # slate
}
"""Name of a colour variable without `--pg-` → its light and its dark value."""

# 700 is used for 600, too: the file of weight 600 that comes with Gradio lacks most letters.
_FONT = (LocalFont("IBM Plex Sans", (400, 700)), "ui-sans-serif", "system-ui", "sans-serif")
_FONT_MONO = (LocalFont("IBM Plex Mono", (400, 600)), "ui-monospace", "SFMono-Regular", "Menlo", "monospace")
_BLUES = {
    "c50": "#eef5fb",
    "c100": "#e6eff7",
    "c200": "#c9dff1",
    "c300": "#9ccaf1",
    "c400": "#7cb8ea",
    "c500": "#3f83bd",
    "c600": "#1f5a8f",
    "c700": "#174a78",
    "c800": "#163c60",
    "c900": "#1f2f3d",
    "c950": "#0d1822",
}
_GREYS = {
    "c50": "#fafaf8",
    "c100": "#f1f1ed",
    "c200": "#e2e2dc",
    "c300": "#c9cac4",
    "c400": "#a0a6af",
    "c500": "#767b83",
    "c600": "#5e636b",
    "c700": "#3a3f46",
    "c800": "#22262b",
    "c900": "#1a1d21",
    "c950": "#131518",
}


def palette_css() -> str:
    """The palette as CSS variables on the root, light and dark.

    >>> "--pg-text: #1c1f23;" in palette_css()
    True
    """
    light, dark = ("\n".join(f"  --pg-{name}: {pair[side]};" for name, pair in PALETTE.items()) for side in (0, 1))
    return (
        f":root {{\n  color-scheme: light;\n{light}\n}}\n"
        f":root.dark, :root .dark {{\n  color-scheme: dark;\n{dark}\n}}\n"
    )


def theme() -> gr.themes.Base:
    """Gradio's theme in the colours of the palette."""
    made = gr.themes.Base(
        primary_hue=Color(**_BLUES),
        neutral_hue=Color(**_GREYS),
        text_size="md",
        spacing_size="md",
        radius_size="md",
        font=_FONT,
        font_mono=_FONT_MONO,
    ).set(
        **_pair("body_background_fill", "page"),
        **_pair("body_text_color", "text"),
        **_pair("body_text_color_subdued", "muted"),
        **_pair("background_fill_primary", "surface"),
        **_pair("background_fill_secondary", "sunken"),
        **_pair("border_color_primary", "line"),
        **_pair("border_color_accent", "accent"),
        **_pair("color_accent_soft", "accent-soft"),
        color_accent="var(--pg-accent)",
        **_pair("link_text_color", "accent"),
        **_pair("link_text_color_hover", "accent-hover"),
        **_pair("link_text_color_active", "accent"),
        **_pair("link_text_color_visited", "accent"),
        **_pair("code_background_fill", "sunken"),
        # Gradio's blocks have no background or border of their own on the panels.
        **_both("block_background_fill", "transparent"),
        **_both("block_border_width", "0px"),
        **_both("block_shadow", "none"),
        block_padding="0px",
        **_both("block_label_background_fill", "transparent"),
        **_both("block_label_border_width", "0px"),
        **_pair("block_label_text_color", "muted"),
        **_both("block_title_background_fill", "transparent"),
        **_pair("block_title_text_color", "text"),
        block_title_text_size="13px",
        block_title_text_weight="400",
        block_title_padding="0px",
        **_pair("block_info_text_color", "muted"),
        block_info_text_size="12px",
        layout_gap="16px",
        form_gap_width="0px",
        **_both("panel_border_width", "0px"),
        **_pair("panel_background_fill", "surface"),
        section_header_text_size="13px",
        # Fields.
        **_pair("input_background_fill", "surface"),
        **_pair("input_background_fill_focus", "surface"),
        **_pair("input_border_color", "line-strong"),
        **_pair("input_border_color_focus", "accent"),
        **_both("input_border_width", "1px"),
        **_both("input_shadow", "none"),
        **_both("input_shadow_focus", "none"),
        **_pair("input_placeholder_color", "muted"),
        input_padding="7px 10px",
        input_text_size="14px",
        **_pair("slider_color", "accent"),
        **_pair("checkbox_background_color", "surface"),
        **_pair("checkbox_background_color_selected", "accent"),
        **_pair("checkbox_border_color", "line-strong"),
        **_pair("checkbox_border_color_selected", "accent"),
        **_pair("checkbox_label_background_fill", "surface"),
        **_pair("checkbox_label_background_fill_hover", "sunken"),
        **_pair("checkbox_label_background_fill_selected", "accent-soft"),
        **_pair("checkbox_label_border_color", "line"),
        **_pair("checkbox_label_border_color_selected", "accent"),
        **_pair("checkbox_label_text_color_selected", "text"),
        **_both("checkbox_label_border_width", "1px"),
        **_both("checkbox_label_shadow", "none"),
        checkbox_label_padding="6px 12px",
        checkbox_label_text_weight="400",
        checkbox_shadow="none",
        **_pair("error_background_fill", "bad-soft"),
        **_pair("error_border_color", "bad"),
        **_pair("error_text_color", "bad"),
        **_pair("stat_background_fill", "accent-soft"),
        **_pair("table_border_color", "line"),
        **_pair("table_even_background_fill", "surface"),
        **_pair("table_odd_background_fill", "surface"),
        # Buttons.
        button_transition="background-color .12s, border-color .12s, color .12s",
        **_both("button_border_width", "1px"),
        **_pair("button_primary_background_fill", "accent"),
        **_pair("button_primary_background_fill_hover", "accent-hover"),
        **_pair("button_primary_border_color", "accent"),
        **_pair("button_primary_border_color_hover", "accent-hover"),
        **_pair("button_primary_text_color", "on-accent"),
        **_pair("button_secondary_background_fill", "surface"),
        **_pair("button_secondary_background_fill_hover", "sunken"),
        **_pair("button_secondary_border_color", "line-strong"),
        **_pair("button_secondary_border_color_hover", "line-strong"),
        **_pair("button_secondary_text_color", "text"),
        **_pair("button_cancel_background_fill", "surface"),
        **_pair("button_cancel_background_fill_hover", "bad-soft"),
        **_pair("button_cancel_border_color", "bad"),
        **_pair("button_cancel_text_color", "bad"),
        button_large_padding="9px 18px",
        button_large_text_size="15px",
        button_medium_padding="7px 14px",
        button_medium_text_size="14px",
        button_small_padding="4px 10px",
        button_small_text_size="13px",
    )
    made.name = "playground"
    return made


def head(more: str = "") -> str:
    """A style element for the page's head: palette, `theme.css` and `more`.

    Not `css=` of `launch`: Gradio rewrites the selectors in it.
    """
    rules = files("playground.ui").joinpath("theme.css").read_text(encoding="utf-8")
    return f"<style>\n{palette_css()}{rules}{more}</style>"


def _pair(setting: str, name: str) -> dict[str, str]:
    """A Gradio setting and its dark variant, from one colour of the palette."""
    light, dark = PALETTE[name]
    return {setting: light, f"{setting}_dark": dark}


def _both(setting: str, value: str) -> dict[str, str]:
    """A Gradio setting and its dark variant, with the same value."""
    return {setting: value, f"{setting}_dark": value}
