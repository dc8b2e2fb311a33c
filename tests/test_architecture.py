"""The rules of the house that no linter knows, read out of the code itself."""

import ast
import json
import re
import sys
import tomllib
from collections import Counter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from ingest.http import openapi

ROOT = Path(__file__).parents[1]
ROOMS = ("state", "ingest", "ui")
MOST_LINES = 250
MOST_FILES = 12
UNCOUNTED = ("__init__.py", "README.md")
NOT_OURS = {"__pycache__", "node_modules", "results", "build"}
SETTINGS = ("state/settings/settings.py", "state/settings/basic.py", "state/settings/memory.py")

# Package -> the places that may import it; a place that begins with "-" may not, though it lies
# inside one that may.
AT_HOME = {
    "nicegui": ("ui/", "-ui/viewmodel/", "main.py"),
    "fastapi": ("ingest/", "main.py"),
    "starlette": ("ingest/", "main.py"),
    "pydantic": ("ingest/", "main.py", *SETTINGS),
    "pydantic_settings": SETTINGS,
    "babel": ("ui/texts/", "tools/"),
    "apprise": ("ingest/notify/apprise_sender.py",),
    "pyarrow": ("ingest/archive/formats/parquet.py",),
    "tqdm": ("ingest/runtime/progress.py",),
    "main": (),
}
ASYNC_ROOMS = ("state/hub/", "state/journal/")
CLOCKLESS_ROOMS = ("state/", "ui/viewmodel/")
CLOCK_CALLS = {"now", "utcnow", "today"}


def rooms() -> list[Path]:
    found = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [ROOT / "main.py", *found]


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def each_room(*places: str) -> list[object]:
    """One parameter for each module, in the given places only if any are given."""
    chosen = [p for p in rooms() if not places or place(p).startswith(places)]
    return [pytest.param(path, id=place(path)) for path in chosen]


def imported(source: str) -> set[str]:
    """Top-level names of all absolute imports, wherever in the module they stand."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


def clock_reads(source: str) -> set[str]:
    """What in the code asks a clock: anything of the module ``time``, and ``datetime.now()`` and
    its relatives."""
    found = {"time"} & imported(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_CALLS:
            owner = ast.unparse(node.value)
            if owner.rpartition(".")[2] in ("datetime", "date"):
                found.add(f"{owner}.{node.attr}")
    return found


def may_import(package: str, importer: str) -> bool:
    homes = AT_HOME.get(package)
    if homes is None:
        return True
    barred = tuple(home[1:] for home in homes if home.startswith("-"))
    return importer.startswith(homes) and not (barred and importer.startswith(barred))


def pinned(name: str) -> dict[str, str]:
    """Distribution -> version in a requirements file and in those it includes."""
    pins: dict[str, str] = {}
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("-r "):
            pins |= pinned(line[3:].strip())
        elif line and not line.startswith("#"):
            distribution, _, version = line.partition("==")
            pins[distribution] = version
    return pins


def unpinned(paths: list[Path], pins: dict[str, str], own: set[str]) -> set[str]:
    """Third-party packages that the modules import, and that no pin stands for."""
    distributions = packages_distributions()
    missing: set[str] = set()
    for package in set().union(*(imported(path.read_text()) for path in paths)):
        if package in sys.stdlib_module_names or package in own:
            continue
        names = {normal(each) for each in distributions.get(package, [package])}
        if not names & set(map(normal, pins)):
            missing.add(package)
    return missing


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("path", each_room())
def test_no_module_has_more_than_250_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", each_room())
def test_each_package_is_imported_only_where_it_is_at_home(path: Path) -> None:
    strangers = {name for name in imported(path.read_text()) if not may_import(name, place(path))}
    assert strangers == set()


@pytest.mark.parametrize("path", each_room("state/"))
def test_asyncio_in_state_is_used_by_the_fan_out_and_journal_alone(path: Path) -> None:
    if not place(path).startswith(ASYNC_ROOMS):
        assert "asyncio" not in imported(path.read_text())


@pytest.mark.parametrize("path", each_room(*CLOCKLESS_ROOMS))
def test_state_and_view_model_ask_no_clock(path: Path) -> None:
    assert clock_reads(path.read_text()) == set()


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from time import monotonic",
        "def f():\n    import time as t",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.now(tz)",
        "datetime.utcnow()",
        "date.today()",
        "default = datetime.now",
    ],
)
def test_every_way_to_ask_a_clock_is_noticed(source: str) -> None:
    assert clock_reads(source)


@pytest.mark.parametrize("source", ["from datetime import time", "model.now + 1", "time.min"])
def test_what_only_looks_like_a_clock_is_no_clock(source: str) -> None:
    assert not clock_reads(source)


def test_a_barred_module_inside_an_allowed_room_stays_barred() -> None:
    assert may_import("nicegui", "ui/page.py")
    assert not may_import("nicegui", "ui/viewmodel/")
    assert not may_import("fastapi", "ui/page.py")
    assert not may_import("main", "ui/page.py")


def test_what_the_server_imports_is_pinned_in_requirements() -> None:
    assert unpinned(rooms(), pinned("requirements.txt"), {*ROOMS, "main"}) == set()


def test_one_name_means_one_class() -> None:
    names = Counter(
        node.name
        for path in rooms()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, number in names.items() if number > 1} == set()


def test_no_folder_has_more_than_12_files() -> None:
    """Each is about one subject; ``__init__.py`` and a folder's README are not counted."""
    places = [ROOT / room for room in (*ROOMS, "tests", "bench", "tools", "docs")]
    found = (path.relative_to(ROOT) for place in places for path in place.rglob("*"))
    files = [
        path
        for path in found
        if path.suffix and path.name not in UNCOUNTED and NOT_OURS.isdisjoint(path.parts)
    ]
    folders = Counter(path.parent for path in files)
    assert {str(folder) for folder, number in folders.items() if number > MOST_FILES} == set()


def test_what_tests_and_bench_import_is_pinned_in_requirements_dev() -> None:
    paths = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py")]
    own = {*ROOMS, "main", "tests", "bench", "tools"}
    assert unpinned(paths, pinned("requirements-dev.txt"), own) == set()


def test_every_requirement_names_one_exact_version() -> None:
    pins = pinned("requirements-dev.txt")
    assert {name for name, version in pins.items() if not re.fullmatch(r"[\w.]+", version)} == set()


def test_the_npm_lock_names_no_download_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert {name for name, package in packages.items() if "resolved" in package} == set()
    assert all("integrity" in package for name, package in packages.items() if name)


def test_the_version_is_told_as_the_project_has_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == openapi.VERSION
