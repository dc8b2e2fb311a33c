"""Draw charts with logarithmic axes, several in one SVG.

The picture has a background and uses the fonts of the system, so that it looks the same on a light
page and on a dark one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH = 1000
COLUMNS = 2
CELL = (480, 350)
MARGIN = 20
HEAD = 74
PLOT = (52, 80, 412, 214)
"""Left, top, width and height inside a cell."""
PAD = 0.22
"""Margin left and right in decades, for the labels of the outermost dots."""
LABEL_SHARE = 0.13
"""Margin above and below as a share of the height, for the same labels."""
INK, FAINT, GRID, PAPER = "#1f2328", "#59636e", "#e4e8ec", "#ffffff"
COLOURS = ("#0a58ca", "#bc4c00")
FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"
FINE_BELOW = 2
"""Axes with fewer decades have grid lines at 2 and 5, too."""


@dataclass(frozen=True)
class Dot:
    """A median ``y`` with its minimum and maximum."""

    x: float
    y: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class Curve:
    """Dots that are connected; at most two curves a chart have colours."""

    name: str
    dots: Sequence[Dot]


@dataclass(frozen=True)
class Chart:
    """``shows_linear`` adds a dashed line of linear growth through the first dot."""

    title: str
    x_label: str
    y_label: str
    curves: Sequence[Curve]
    shows_linear: bool = False


@dataclass(frozen=True)
class Scale:
    """Positions on an axis of decades from ``first`` to ``last``."""

    first: float
    last: float
    at: float
    size: float

    def __call__(self, value: float) -> float:
        return self.at + (log10(value) - self.first) / (self.last - self.first) * self.size

    def ticks(self, *, fine: bool = False) -> list[float]:
        steps = (1, 2, 5) if fine else (1,)
        decades = range(floor(self.first), ceil(self.last) + 1)
        every = [step * 10.0**decade for decade in decades for step in steps]
        return [tick for tick in every if self.first - 1e-9 <= log10(tick) <= self.last + 1e-9]


def draw(heading: str, subheading: str, charts: Sequence[Chart], notes: Sequence[str]) -> str:
    """Draw all charts, two in a row, and the notes in the next cell. Returns the SVG."""
    rows = -(-(len(charts) + 1) // COLUMNS)
    height = HEAD + rows * CELL[1] + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(heading)}" font-family="{FONT}">',
        f"<title>{escape(heading)}</title>",
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="{PAPER}"/>',
        _text(MARGIN + 12, 38, heading, size=22, weight=600),
        _text(MARGIN + 12, 62, subheading, size=14, fill=FAINT),
    ]
    for number, chart in enumerate(charts):
        parts += [_cell(number), *_chart(chart), "</g>"]
    parts += [_cell(len(charts)), *_notes(notes), "</g>", "</svg>"]
    return "\n".join(parts) + "\n"


def three_digits(value: float) -> str:
    """Format a value with three significant digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _chart(chart: Chart) -> Iterator[str]:
    left, top, width, height = PLOT
    dots = [dot for curve in chart.curves for dot in curve.dots]
    xs, ys = [dot.x for dot in dots], [edge for dot in dots for edge in (dot.minimum, dot.maximum)]
    across = Scale(log10(min(xs)) - PAD, log10(max(xs)) + PAD, left, width)
    up = Scale(*_decades(min(ys), max(ys)), top + height, -height)
    yield _text(12, 20, chart.title, size=17, weight=600)
    yield _text(12, 40, chart.y_label, size=13, fill=FAINT)
    yield from _legend(chart)
    yield from _axes(across, up, chart.x_label)
    if chart.shows_linear:
        yield _linear_growth(chart.curves[0].dots[0], across, up)
    for curve, colour in zip(chart.curves, COLOURS, strict=False):
        yield from _curve(curve, colour, across, up)
    yield from _dot_labels(chart, across, up)


def _decades(minimum: float, maximum: float) -> tuple[float, float]:
    """Return the first and last decade of an axis, with a margin for the outermost labels."""
    first, last = floor(log10(minimum)), ceil(log10(maximum))
    last = max(last, first + 1)
    margin = LABEL_SHARE * (last - first)
    below = 0 if log10(minimum) - first > margin else margin
    above = 0 if last - log10(maximum) > margin else margin
    return first - below, last + above


def _axes(across: Scale, up: Scale, label: str) -> Iterator[str]:
    left, top, width, height = PLOT
    for tick in up.ticks(fine=up.last - up.first < FINE_BELOW):
        y = up(tick)
        yield _stroke(left, y, left + width, y, GRID)
        yield _text(left - 8, y + 4, f"{tick:,g}", size=12, fill=FAINT, anchor="end")
    for tick in across.ticks():
        x = across(tick)
        yield _stroke(x, top, x, top + height, GRID)
        yield _text(x, top + height + 18, f"{tick:,.0f}", size=12, fill=FAINT, anchor="middle")
    yield _stroke(left, top + height, left + width, top + height, FAINT)
    middle = left + width / 2
    yield _text(middle, top + height + 38, label, size=13, anchor="middle")


def _legend(chart: Chart) -> Iterator[str]:
    x = 18.0
    for number, curve in enumerate(chart.curves):
        yield _mark(number, x, 58, COLOURS[number])
        yield _text(x + 10, 62.5, curve.name, size=13)
        x += 36 + 7.4 * len(curve.name)
    if chart.shows_linear:
        yield _stroke(x - 6, 58, x + 16, 58, FAINT, dashes="5 4")
        yield _text(x + 22, 62.5, "linear growth", size=13)


def _curve(curve: Curve, colour: str, across: Scale, up: Scale) -> Iterator[str]:
    number = COLOURS.index(colour)
    points = " ".join(f"{across(dot.x):.1f},{up(dot.y):.1f}" for dot in curve.dots)
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for dot in curve.dots:
        x = across(dot.x)
        yield _stroke(x, up(dot.minimum), x, up(dot.maximum), colour)
        yield _mark(number, x, up(dot.y), colour)


def _dot_labels(chart: Chart, across: Scale, up: Scale) -> Iterator[str]:
    """Label each dot: the highest one at each x above it, the others below."""
    highest: dict[float, float] = {}
    for curve in chart.curves:
        for dot in curve.dots:
            highest[dot.x] = max(dot.y, highest.get(dot.x, 0.0))
    for curve, colour in zip(chart.curves, COLOURS, strict=False):
        for dot in curve.dots:
            above = dot.y == highest[dot.x]
            y = up(dot.maximum) - 9 if above else up(dot.minimum) + 19
            yield _text(
                across(dot.x),
                y,
                three_digits(dot.y),
                size=12,
                fill=colour,
                anchor="middle",
                halo=True,
            )


def _linear_growth(dot: Dot, across: Scale, up: Scale) -> str:
    """Draw a line of slope one from the dot to the edge of the plot."""
    decades = min(across.last - log10(dot.x), up.last - log10(dot.y))
    end_x, end_y = dot.x * 10**decades, dot.y * 10**decades
    return _stroke(across(dot.x), up(dot.y), across(end_x), up(end_y), FAINT, dashes="5 4")


def _notes(notes: Sequence[str]) -> Iterator[str]:
    for number, note in enumerate(notes):
        title = number == 0
        y = 20 if title else 28 + 21 * number
        yield _text(12, y, note, size=17 if title else 14, weight=600 if title else 400)


def _mark(number: int, x: float, y: float, colour: str) -> str:
    if number == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'
    return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"/>'


def _stroke(x: float, y: float, to_x: float, to_y: float, colour: str, *, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    ends = f'x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"'
    return f'<line {ends} stroke="{colour}"{dashed}/>'


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int,
    fill: str = INK,
    weight: int = 400,
    anchor: str = "start",
    halo: bool = False,
) -> str:
    look = f'font-size="{size}" fill="{fill}"'
    if weight != 400:
        look += f' font-weight="{weight}"'
    if anchor != "start":
        look += f' text-anchor="{anchor}"'
    if halo:
        look += f' stroke="{PAPER}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{escape(text)}</text>'


def _cell(number: int) -> str:
    x = MARGIN + number % COLUMNS * CELL[0]
    y = HEAD + number // COLUMNS * CELL[1]
    return f'<g transform="translate({x} {y})">'
