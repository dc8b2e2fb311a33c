"""The files of the page: complete, small, and of the versions that plotly.py writes for."""

import gzip
import json
import re
from importlib.resources import files

from tests.support import ROOT
from ui.bundle import FOLDER, STYLES, Bundle

MOST_OF_PLOTLY = 600_000
"""Compressed, in bytes; all of plotly.js has 1.5 million."""
PLOTLY = "plotly.min.js"


def version(script: str) -> str:
    found = re.search(r"plotly\.js v?(\d+\.\d+\.\d+)", script[:400])
    assert found is not None
    return found[1]


def test_our_plotly_is_the_version_that_plotly_py_ships() -> None:
    shipped = (files("plotly") / "package_data" / PLOTLY).read_text()
    ours = (FOLDER / PLOTLY).read_text()
    package = json.loads((ROOT / "tools/plotly/package.json").read_text())
    assert version(ours) == version(shipped) == package["devDependencies"]["plotly.js"]


def test_our_plotly_has_the_traces_of_our_charts_and_not_all() -> None:
    script = (FOLDER / PLOTLY).read_bytes()
    for trace in (b"scatter", b"bar", b"choropleth", b"scattergeo", b"sankey"):
        assert b'name:"' + trace + b'"' in script
    assert b'name:"surface"' not in script
    assert len(gzip.compress(script, 6)) < MOST_OF_PLOTLY


def test_our_plotly_brings_its_license() -> None:
    head = (FOLDER / PLOTLY).read_text()[:2000]
    assert "Plotly Technologies Inc." in head
    assert "Permission is hereby granted" in head


def test_every_style_sheet_is_served() -> None:
    assert {path.name for path in (FOLDER / "styles").iterdir()} == set(STYLES)
    served = Bundle().files["style.css"].decode()
    for name in STYLES:
        assert (FOLDER / "styles" / name).read_text() in served
