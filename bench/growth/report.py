"""The points of a growth measurement as charts and as a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.growth.svg import Chart, Curve, Dot, draw, three_digits


@dataclass(frozen=True)
class Point:
    """One measured value ``y`` at ``x``; ``curve`` is its name within the series."""

    series: str
    curve: str
    x: float
    y: float


@dataclass(frozen=True)
class Panel:
    """Titles of a series. ``shows_linear`` adds the line of linear growth."""

    series: str
    title: str
    x_label: str
    y_label: str
    shows_linear: bool = False


PANELS = (
    Panel("events", "Events", "single POSTs per second", "server CPU µs per event"),
    Panel("sessions", "Running sessions", "sessions", "CPU µs per event, state alone"),
    Panel("names", "Distinct page names", "pages", "CPU µs per event, state alone"),
    Panel(
        "clients",
        "/ws clients",
        "clients, at 100 events/s (1,000 clients: at 20)",
        "server CPU µs",
        shows_linear=True,
    ),
    Panel("pages", "Open pages", "pages, at 200 events/s", "server CPU ms", shows_linear=True),
)
DASH = "\N{EN DASH}"


def svg(points: Sequence[Point], rounds: int, idle_ms: Sequence[float], machine: str) -> str:
    """Draw all panels. ``idle_ms`` is CPU time a second of a server without clients."""
    times = f"medians of {rounds} rounds, bars from minimum to maximum"
    subheading = f"Both axes logarithmic; {times if rounds > 1 else 'one round'}. {machine}"
    notes = (
        "How to read this",
        "A flat or falling curve is a cost per event that does not grow,",
        "so the total is at most linear. The dashed lines are linear",
        "growth: each event goes to every /ws client in two frames, and",
        "each tick, some two a second, to every open page.",
        "",
        "The state alone is without HTTP and JSON. Without /ws clients",
        "the messages of an event are numbered, and not made.",
        "",
        "Nothing was subtracted: a server without clients takes",
        f"{three_digits(median(idle_ms))} ms of CPU a second, which few events have to share.",
    )
    heading = "How cost grows"
    return draw(heading, subheading, [_chart(panel, points) for panel in PANELS], notes)


def table(points: Sequence[Point]) -> str:
    """Format a line for each curve; in brackets minimum and maximum."""
    lines = []
    for panel in PANELS:
        lines.append(f"{panel.title}: {panel.y_label} by {panel.x_label}")
        for curve in _curves(panel, points):
            cells = [f"{dot.x:,.0f}: {_spread(dot)}" for dot in curve.dots]
            lines.append(f"  {curve.name:<28} {', '.join(cells)}")
    return "\n".join(lines)


def _chart(panel: Panel, points: Sequence[Point]) -> Chart:
    curves = list(_curves(panel, points))
    return Chart(panel.title, panel.x_label, panel.y_label, curves, panel.shows_linear)


def _curves(panel: Panel, points: Sequence[Point]) -> Iterator[Curve]:
    of_series = [point for point in points if point.series == panel.series]
    for name in dict.fromkeys(point.curve for point in of_series):
        found: dict[float, list[float]] = {}
        for point in of_series:
            if point.curve == name:
                found.setdefault(point.x, []).append(point.y)
        yield Curve(name, [Dot(x, median(ys), min(ys), max(ys)) for x, ys in sorted(found.items())])


def _spread(dot: Dot) -> str:
    if dot.minimum == dot.maximum:
        return three_digits(dot.y)
    return f"{three_digits(dot.y)} ({three_digits(dot.minimum)}{DASH}{three_digits(dot.maximum)})"
