"""The example site, which uses the tracker."""

from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from state.settings.settings import SettingsError

FOLDER = Path(__file__).parent.parent.parent / "docs" / "example-site"


def check_example(folder: Path = FOLDER) -> None:
    """Check that the pages are here.

    Raises:
        SettingsError: they aren't, as in a container.
    """
    if not folder.is_dir():
        raise SettingsError("example: the folder docs/example-site isn't here (--example)")


def add_example(app: FastAPI) -> None:
    """Serve the pages under ``/example/``."""

    @app.get("/example", include_in_schema=False)
    async def get_example() -> Response:
        return RedirectResponse("/example/", 301)

    app.mount("/example", StaticFiles(directory=FOLDER, html=True))
