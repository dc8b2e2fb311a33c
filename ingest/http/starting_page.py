"""Pages for a browser that can't have the dashboard yet: the journal is still being read, or too
many pages are being opened."""

from starlette.responses import HTMLResponse

from ingest.http.headers import language_of
from ingest.pipeline.pipeline import STARTING
from ingest.pipeline.rejection import Refusal
from state.journal.base import Progress

TOO_MANY_PAGES = Refusal("unavailable", "Too many pages are being opened.", retry_after_s=3)
PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta http-equiv="refresh" content="{after}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Visitors: {title}</title>
<body style="font-family: system-ui, sans-serif; margin: 4rem auto; max-width: 32rem">
<h1>{title}</h1>
<p>{why} {back}</p>
</body>
</html>
"""
WORDS = {
    "en": {
        "starting": (
            "Starting",
            "The server is reading its journal: {done} of {total} records so far.",
        ),
        "waiting": ("One moment", "Many pages are being opened right now."),
        "back": ("This page comes back by itself.",),
    },
    "de": {
        "starting": (
            "Der Server startet",
            "Er liest sein Journal: {done} von {total} Einträgen bisher.",
        ),
        "waiting": ("Einen Moment", "Gerade werden viele Seiten geöffnet."),
        "back": ("Diese Seite kommt von selbst wieder.",),
    },
}
"""A title and a sentence by language."""


def starting_page(progress: Progress, accepted: str) -> HTMLResponse:
    """The page while the journal is being read, in a language that the browser accepts."""
    return _page("starting", STARTING, accepted, done=progress.done, total=progress.total)


def waiting_page(accepted: str) -> HTMLResponse:
    """The page while too many pages are built and not yet opened."""
    return _page("waiting", TOO_MANY_PAGES, accepted)


def _page(what: str, refusal: Refusal, accepted: str, **numbers: int) -> HTMLResponse:
    after, language = refusal.retry_after_s, language_of(accepted)
    words = WORDS[language]
    title, why = words[what]
    text = PAGE.format(
        after=after,
        language=language,
        title=title,
        why=why.format(**{name: _count(number) for name, number in numbers.items()}),
        back=words["back"][0],
    )
    return HTMLResponse(text, refusal.status, {"Retry-After": str(after)})


def _count(number: int) -> str:
    """With thin spaces, as the dashboard has them in all languages."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
