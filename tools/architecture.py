"""Draw the packages of the code and the imports between them into docs/images/architecture.svg.

    python -m tools.architecture [--check]

``--check`` compares the picture with the real imports and exits with 1 if it is out of date. A box
is a folder, or a module of ``state``, or the modules of a layer that are in no folder. A box's row
is the length of its longest chain of imports. A line leads from a box to one that it imports,
unless a chain of other lines does."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

import grimp

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
LAYERS = ("state", "ingest", "ui")
WIDTH, ROW, BOX_HEIGHT, GAP = 1_080, 92, 46, 22
COLOURS = {"state": "#2f6f4f", "ingest": "#2d5f93", "ui": "#8a4b7d", "main": "#555555"}


class Box(NamedTuple):
    """``name`` is the folder, ``files`` the number of modules in it."""

    name: str
    files: int

    @property
    def layer(self) -> str:
        return self.name.partition("/")[0]


class Place(NamedTuple):
    """The left upper corner of a box and its width, in the picture's units."""

    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def main(arguments: list[str]) -> int:
    picture = draw(*boxes_and_imports())
    if arguments == ["--check"]:
        is_same = PICTURE.exists() and PICTURE.read_text() == picture
        state = "up to date" if is_same else "out of date: python -m tools.architecture"
        print(f"docs/images/architecture.svg is {state}")
        return 0 if is_same else 1
    PICTURE.write_text(picture)
    return 0


def boxes_and_imports() -> tuple[dict[str, Box], dict[str, set[str]]]:
    """Return the boxes by name, and for each the names of those that it imports.

    ``main`` gets a line to each box of the upper layers.
    """
    graph = grimp.build_graph(*LAYERS, cache_dir=None)
    files: defaultdict[str, int] = defaultdict(int)
    imports: defaultdict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        if (ROOT / module.replace(".", "/")).is_dir():
            continue
        files[box_of(module)] += 1
        for imported in graph.find_modules_directly_imported_by(module):
            if box_of(imported) != box_of(module):
                imports[box_of(module)].add(box_of(imported))
    files["main"] = 1
    imports["main"] = {name for name in files if name != "main" and not name.startswith("state")}
    return {name: Box(name, number) for name, number in files.items()}, imports


def box_of(module: str) -> str:
    """Return the name of a module's box."""
    layer, *inside = module.split(".")
    folder = ROOT / layer / (inside[0] if inside else "")
    if inside and folder.is_dir():
        return f"{layer}/{inside[0]}"
    return f"{layer}/{inside[0]}" if layer == "state" and inside else layer


def heights(boxes: Mapping[str, Box], imports: Mapping[str, set[str]]) -> dict[str, int]:
    """Return the length of the longest chain of imports below each box. Boxes that import each
    other are in the same row."""
    found: dict[str, int] = {}

    def measure(name: str, above: tuple[str, ...]) -> int:
        if name in found:
            return found[name]
        below = [each for each in imports.get(name, ()) if each not in above]
        length = 1 + max((measure(each, (*above, name)) for each in sorted(below)), default=-1)
        if not above or len(below) == len(imports.get(name, ())):
            found[name] = length
        return length

    for name in sorted(boxes):
        measure(name, ())
    return found


def direct_only(imports: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the imports that no chain of others implies. That is a third of them; the picture with
    all is illegible."""

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


def draw(boxes: Mapping[str, Box], imports: Mapping[str, set[str]]) -> str:
    """Draw the picture. Returns the SVG."""
    rows: defaultdict[int, list[str]] = defaultdict(list)
    for name, row in heights(boxes, imports).items():
        rows[row].append(name)
    order = sorted(rows, reverse=True)
    places: dict[str, Place] = {}
    for number, row in enumerate(order):
        names = sorted(rows[row], key=lambda name: list(COLOURS).index(boxes[name].layer))
        width = min(170.0, (WIDTH - GAP) / len(names) - GAP)
        left = (WIDTH - len(names) * (width + GAP) + GAP) / 2
        for index, name in enumerate(names):
            places[name] = Place(left + index * (width + GAP), GAP + number * ROW, width)
    height = GAP + len(order) * ROW
    parts = [*draw_lines(places, direct_only(imports)), *draw_boxes(places, boxes)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="system-ui, sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def draw_lines(places: Mapping[str, Place], imports: Mapping[str, set[str]]) -> Iterator[str]:
    for name, below in sorted(imports.items()):
        place = places[name]
        for other in sorted(below):
            target = places[other]
            start = (place.middle, place.y + BOX_HEIGHT)
            is_below = target.y > place.y
            end = (target.middle, target.y if is_below else target.y + BOX_HEIGHT)
            yield (
                f'<path d="M{start[0]:.0f} {start[1]:.0f} L{end[0]:.0f} {end[1]:.0f}" '
                f'stroke="{COLOURS[name.partition("/")[0]]}" stroke-opacity="0.6" fill="none"/>'
            )


def draw_boxes(places: Mapping[str, Place], boxes: Mapping[str, Box]) -> Iterator[str]:
    for name, place in sorted(places.items()):
        x, y, width = place
        box, middle = boxes[name], place.middle
        label = f"{box.files} files" if box.files > 1 else "1 file"
        yield (
            f'<rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="{BOX_HEIGHT}" rx="6" '
            f'fill="{COLOURS[box.layer]}"/>'
            f'<text x="{middle:.0f}" y="{y + 20}" fill="#ffffff" text-anchor="middle">'
            f"{escape(name)}</text>"
            f'<text x="{middle:.0f}" y="{y + 36}" fill="#ffffff" fill-opacity="0.8" font-size="11" '
            f'text-anchor="middle">{label}</text>'
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
