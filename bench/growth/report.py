"""What bench/growth.py found, as charts and as a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.growth.svg import Chart, Dot, Line, draw, figure


@dataclass(frozen=True)
class Point:
    """``y`` is what a round measured at ``x``."""

    series: str
    line: str
    x: float
    y: float


@dataclass(frozen=True)
class Panel:
    series: str
    title: str
    x_label: str
    y_label: str
    grows: bool = False


PANELS = (
    Panel("events", "Events", "single POSTs per second", "server CPU µs per event"),
    Panel("sessions", "Running sessions", "sessions", "CPU µs per event, state alone"),
    Panel("names", "Distinct page names", "pages", "CPU µs per event, state alone"),
    Panel(
        "clients",
        "/ws clients",
        "clients, at 100 events/s (1,000 clients: at 20)",
        "server CPU µs",
        grows=True,
    ),
    Panel("pages", "Open pages", "pages, at 200 events/s", "server CPU ms", grows=True),
)
DASH = "\N{EN DASH}"


def svg(points: Sequence[Point], rounds: int, idle_ms: Sequence[float], machine: str) -> str:
    times = f"medians of {rounds} rounds, bars from least to most" if rounds > 1 else "one round"
    subheading = f"Both axes logarithmic; {times}. {machine}"
    notes = (
        "How to read this",
        "Flat or falling is a cost per event that does not grow, so the",
        "whole is linear at most. The dashed lines are linear growth:",
        "each event goes to every /ws client, in two frames, and each",
        "tick, some two a second, to every open page.",
        "",
        "The state alone is without HTTP and JSON. While nobody listens,",
        "the messages of an event are numbered, and not made.",
        "",
        "Nothing was subtracted: a server that nobody talks to takes",
        f"{figure(median(idle_ms))} ms of CPU a second, which few events have to share.",
    )
    heading = "How cost grows"
    return draw(heading, subheading, [_chart(panel, points) for panel in PANELS], notes)


def table(points: Sequence[Point]) -> str:
    """A line for each line of a chart; in brackets the least and the most."""
    lines = []
    for panel in PANELS:
        lines.append(f"{panel.title}: {panel.y_label} by {panel.x_label}")
        for line in _lines(panel, points):
            cells = [f"{dot.x:,.0f}: {_spread(dot)}" for dot in line.dots]
            lines.append(f"  {line.name:<28} {', '.join(cells)}")
    return "\n".join(lines)


def _chart(panel: Panel, points: Sequence[Point]) -> Chart:
    lines = list(_lines(panel, points))
    return Chart(panel.title, panel.x_label, panel.y_label, lines, panel.grows)


def _lines(panel: Panel, points: Sequence[Point]) -> Iterator[Line]:
    mine = [point for point in points if point.series == panel.series]
    for name in dict.fromkeys(point.line for point in mine):
        found: dict[float, list[float]] = {}
        for point in mine:
            if point.line == name:
                found.setdefault(point.x, []).append(point.y)
        yield Line(name, [Dot(x, median(ys), min(ys), max(ys)) for x, ys in sorted(found.items())])


def _spread(dot: Dot) -> str:
    if dot.least == dot.most:
        return figure(dot.y)
    return f"{figure(dot.y)} ({figure(dot.least)}{DASH}{figure(dot.most)})"
