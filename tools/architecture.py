"""Draws the rooms of the code and which of them import which, from the real imports:
``python tools/architecture.py`` writes docs/images/architecture.svg, ``--check`` only compares.

A room is a folder, or what lies in a floor outside of its folders. Rooms stand as high as their
longest chain of imports; a line leads down from a room to one that it imports, unless a chain of
other lines does."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

import grimp

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
FLOORS = ("state", "ingest", "ui")
WIDTH, ROW, BOX_HEIGHT, GAP = 1_080, 92, 46, 22
COLOURS = {"state": "#2f6f4f", "ingest": "#2d5f93", "ui": "#8a4b7d", "main": "#555555"}


class Room(NamedTuple):
    """``name`` is the folder; ``files`` are the modules in it."""

    name: str
    files: int

    @property
    def floor(self) -> str:
        return self.name.partition("/")[0]


def main(arguments: list[str]) -> int:
    picture = draw(*rooms_and_imports())
    if arguments == ["--check"]:
        is_same = PICTURE.exists() and PICTURE.read_text() == picture
        how = "up to date" if is_same else "out of date: run python tools/architecture.py"
        print(PICTURE.relative_to(ROOT), "is", how)
        return 0 if is_same else 1
    PICTURE.write_text(picture)
    return 0


def rooms_and_imports() -> tuple[dict[str, Room], dict[str, set[str]]]:
    """The rooms by name, and for each the names of those it imports; ``main`` composes them."""
    sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph(*FLOORS, cache_dir=None)
    files: defaultdict[str, int] = defaultdict(int)
    imports: defaultdict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        if (ROOT / module.replace(".", "/")).is_dir():
            continue
        files[room_of(module)] += 1
        for imported in graph.find_modules_directly_imported_by(module):
            if room_of(imported) != room_of(module):
                imports[room_of(module)].add(room_of(imported))
    files["main"] = 1
    imports["main"] = {name for name in files if name != "main" and not name.startswith("state")}
    return {name: Room(name, number) for name, number in files.items()}, imports


def room_of(module: str) -> str:
    """The first folder below the floor, or the module itself on top of ``state``."""
    floor, *inside = module.split(".")
    folder = ROOT / floor / (inside[0] if inside else "")
    if inside and folder.is_dir():
        return f"{floor}/{inside[0]}"
    return f"{floor}/{inside[0]}" if floor == "state" and inside else floor


def heights(rooms: Mapping[str, Room], imports: Mapping[str, set[str]]) -> dict[str, int]:
    """How long the longest chain of imports below each room is. Rooms of one floor that import each
    other stand side by side."""
    found: dict[str, int] = {}

    def height(name: str, above: tuple[str, ...]) -> int:
        if name in found:
            return found[name]
        below = [each for each in imports.get(name, ()) if each not in above]
        tall = 1 + max((height(each, (*above, name)) for each in sorted(below)), default=-1)
        if not above or len(below) == len(imports.get(name, ())):
            found[name] = tall
        return tall

    for name in sorted(rooms):
        height(name, ())
    return found


def shortest(imports: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The imports that no chain of others stands for: a third of them, and the picture is read."""

    def reached(name: str, seen: set[str]) -> set[str]:
        for other in imports.get(name, set()) - seen:
            seen.add(other)
            reached(other, seen)
        return seen

    behind = {name: reached(name, set()) for name in imports}
    return {
        name: {
            other
            for other in below
            if not any(
                other in behind.get(between, ()) and name not in behind.get(between, ())
                for between in below - {other}
            )
        }
        for name, below in imports.items()
    }


def draw(rooms: Mapping[str, Room], imports: Mapping[str, set[str]]) -> str:
    rows: defaultdict[int, list[str]] = defaultdict(list)
    for name, tall in heights(rooms, imports).items():
        rows[tall].append(name)
    order = sorted(rows, reverse=True)
    places: dict[str, tuple[float, float, float]] = {}
    for number, tall in enumerate(order):
        names = sorted(rows[tall], key=lambda name: list(COLOURS).index(rooms[name].floor))
        box = min(170.0, (WIDTH - GAP) / len(names) - GAP)
        left = (WIDTH - len(names) * (box + GAP) + GAP) / 2
        for place, name in enumerate(names):
            places[name] = (left + place * (box + GAP), GAP + number * ROW, box)
    height = GAP + len(order) * ROW
    parts = [*lines(places, shortest(imports)), *boxes(places, rooms)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="system-ui, sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def lines(
    places: Mapping[str, tuple[float, float, float]], imports: Mapping[str, set[str]]
) -> Iterator[str]:
    for name, below in sorted(imports.items()):
        x, y, box = places[name]
        for other in sorted(below):
            to_x, to_y, to_box = places[other]
            start, end = (x + box / 2, y + BOX_HEIGHT), (to_x + to_box / 2, to_y)
            if to_y <= y:
                end = (to_x + to_box / 2, to_y + BOX_HEIGHT)
            yield (
                f'<path d="M{start[0]:.0f} {start[1]:.0f} L{end[0]:.0f} {end[1]:.0f}" '
                f'stroke="{COLOURS[name.partition("/")[0]]}" stroke-opacity="0.6" fill="none"/>'
            )


def boxes(
    places: Mapping[str, tuple[float, float, float]], rooms: Mapping[str, Room]
) -> Iterator[str]:
    for name, (x, y, box) in sorted(places.items()):
        room, middle = rooms[name], x + box / 2
        label = f"{room.files} files" if room.files > 1 else "1 file"
        yield (
            f'<rect x="{x:.0f}" y="{y}" width="{box:.0f}" height="{BOX_HEIGHT}" rx="6" '
            f'fill="{COLOURS[room.floor]}"/>'
            f'<text x="{middle:.0f}" y="{y + 20}" fill="#ffffff" text-anchor="middle">'
            f"{escape(name)}</text>"
            f'<text x="{middle:.0f}" y="{y + 36}" fill="#ffffff" fill-opacity="0.8" font-size="11" '
            f'text-anchor="middle">{label}</text>'
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
