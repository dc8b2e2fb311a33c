"""The files of the page besides NiceGUI's, served by us, so that it works without internet.

NiceGUI bundles an older plotly.js than plotly.py writes for, and ``nicegui[plotly]`` pins plotly
below 7; an override in the page's import map puts plotly.py's own in its place."""

from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from nicegui.dependencies import register_importmap_override

FOLDER = Path(__file__).parent / "assets"


class Bundle:
    """Files by name, and their URLs. A URL changes with its content, so that browsers may cache it
    without an end."""

    def __init__(self) -> None:
        plotly = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
        self.files = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
        self.files["plotly.min.js"] = plotly
        self.files["plotly.esm.js"] = (
            f'import "{self.url("plotly.min.js")}";\nexport const Plotly = window.Plotly;\n'
        ).encode()

    def url(self, name: str) -> str:
        return f"/assets/{name}?v={sha256(self.files[name]).hexdigest()[:12]}"

    @cached_property
    def head(self) -> str:
        """The elements in the head of each page."""
        return (
            f'<link rel="stylesheet" href="{self.url("style.css")}">'
            f'<script src="{self.url("page.js")}"></script>'
            f'<script src="{self.url("hold.js")}"></script>'
            '<meta name="description" content="The visitors of a website, live.">'
        )

    def replace_plotly(self) -> None:
        """Have NiceGUI's chart load plotly.js from here."""
        register_importmap_override("nicegui-plotly", self.url("plotly.esm.js"))
