"""The files of the page besides NiceGUI's, served by us, so that it works without internet.

NiceGUI bundles an older plotly.js than plotly.py writes for, and ``nicegui[plotly]`` pins plotly
below 7; an override in the page's import map puts the version of plotly.py in its place, with the
traces of our charts alone: a third of its bytes (``tools/plotly``)."""

from functools import cached_property
from hashlib import sha256
from pathlib import Path

from nicegui.dependencies import register_importmap_override

from state.countries import names_by_code
from ui.texts.catalogue import catalogues
from ui.viewmodel.formats import as_json

WORDS = "words.js"
FOLDER = Path(__file__).parent / "assets"
STYLES = (
    "tokens.css",
    "base.css",
    "header.css",
    "filters.css",
    "layout.css",
    "hero.css",
    "lists.css",
    "overlays.css",
    "wall.css",
    "alerts.css",
    "plots.css",
    "media.css",
)
"""In the order of the cascade; joined to one file."""
SCRIPTS = (
    *(WORDS, "texts.js", "page.js", "countries.js", "hold.js", "seen.js", "keys.js"),
    *("settings.js", "further.js"),
)


class Bundle:
    """Files by name, and their URLs. A URL changes with its content, so that browsers may cache it
    without an end."""

    def __init__(self) -> None:
        self.files = {path.name: path.read_bytes() for path in FOLDER.glob("*.js*")}
        self.files["style.css"] = style().encode()
        self.files[WORDS] = words().encode()
        self.files["plotly.esm.js"] = (
            f'import "{self.url("plotly.min.js")}";\nexport const Plotly = window.Plotly;\n'
        ).encode()

    def url(self, name: str) -> str:
        return f"/assets/{name}?v={sha256(self.files[name]).hexdigest()[:12]}"

    @cached_property
    def head(self) -> str:
        """The elements in the head of each page."""
        scripts = (f'<script src="{self.url(name)}"></script>' for name in SCRIPTS)
        return (
            f'<link rel="stylesheet" href="{self.url("style.css")}">'
            f"{''.join(scripts)}"
            '<meta name="description" content="The visitors of a website, live.">'
        )

    def replace_plotly(self) -> None:
        """Have NiceGUI's chart load plotly.js from here."""
        register_importmap_override("nicegui-plotly", self.url("plotly.esm.js"))


def words() -> str:
    """The script with what the other ones say: all catalogues, and the names of countries."""
    content = {"catalogues": catalogues(), "places": names_by_code()}
    return f"window.visitors = {as_json(content)};\n"


def style() -> str:
    """The style sheet of the page."""
    return "".join((FOLDER / "styles" / name).read_text() for name in STYLES)
