"""Every pair of text and surface can be read, in both themes."""

import re

import pytest

from ui.bundle import style

STYLE = style()
TEXTS = ("text", "quiet", "accent", "amber", "red")
SURFACES = ("bg", "surface", "accent-soft")
READABLE = 4.5

Tokens = dict[str, str]


def tokens(selector: str) -> Tokens:
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\}", STYLE, re.DOTALL)
    assert block is not None, selector
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block[1]))


LIGHT = tokens(":root")
DARK = tokens(':root[data-theme="dark"]')
SYSTEM_DARK = tokens(':root:not([data-theme="light"])')


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2, definition)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_reckoned_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", TEXTS)
def test_text_can_be_read_on_every_surface(theme: Tokens, surface: str, text: str) -> None:
    assert contrast(theme[text], theme[surface]) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_on_coloured_ground_can_be_read(theme: Tokens) -> None:
    assert contrast(theme["on-accent"], theme["accent"]) >= READABLE
    assert contrast(theme["bg"], theme["amber"]) >= READABLE


def test_the_dark_theme_is_the_same_however_it_is_chosen() -> None:
    assert DARK == SYSTEM_DARK


def test_no_colour_stands_outside_the_tokens() -> None:
    outside = STYLE[STYLE.index("/* The ground */") :]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=\s*[;,)])|rgba?\(|hsla?\(", outside) == []


def test_there_are_five_sizes_of_text_and_two_weights() -> None:
    outside = STYLE[STYLE.index("/* The ground */") :]
    found = re.findall(r"font-size:\s*([^;]+);", outside)
    sizes = {each.removesuffix(" !important") for each in found}
    assert sizes <= {f"var(--size-{n})" for n in range(1, 6)} | {"0.9em"}
    assert set(re.findall(r"font-weight:\s*([^;]+);", outside)) == {"600"}
