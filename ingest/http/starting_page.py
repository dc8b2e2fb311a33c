"""Pages for a browser that can't have the dashboard yet: the journal is still being read, or too
many pages are being opened."""

from starlette.responses import HTMLResponse

from ingest.pipeline.pipeline import STARTING
from ingest.pipeline.rejection import Refusal
from state.journal.base import Progress

TOO_MANY_PAGES = Refusal("unavailable", "Too many pages are being opened.", retry_after_s=3)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="{after}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Visitors: {title}</title>
<body style="font-family: system-ui, sans-serif; margin: 4rem auto; max-width: 32rem">
<h1>{title}</h1>
<p>{why} This page comes back by itself.</p>
</body>
</html>
"""


def starting_page(progress: Progress) -> HTMLResponse:
    """The page while the journal is being read."""
    done, total = progress.done, progress.total
    why = f"The server is reading its journal: {done:,} of {total:,} records so far."
    return _page("Starting", why, STARTING)


def waiting_page() -> HTMLResponse:
    """The page while too many pages are built and not yet opened."""
    return _page("One moment", "Many pages are being opened right now.", TOO_MANY_PAGES)


def _page(title: str, why: str, refusal: Refusal) -> HTMLResponse:
    after = refusal.retry_after_s
    text = PAGE.format(after=after, title=title, why=why)
    return HTMLResponse(text, refusal.status, {"Retry-After": str(after)})
