"""The language of the pages that come before the dashboard: login, start, waiting."""

import pytest

from ingest.http.headers import language_of
from ingest.http.starting_page import starting_page, waiting_page
from state.journal.base import Progress
from tests.support import StartServer


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.5, de;q=0.7", "de"),
        ("fr,de;q=0.4", "de"),
        ("fr", "en"),
        ("de;q=x,;q=,*", "en"),
    ],
)
def test_the_language_is_the_one_that_is_wanted_most(accepted: str, language: str):
    assert language_of(accepted) == language


def test_the_login_page_speaks_the_language_of_the_browser(start_server: StartServer):
    server = start_server("--token", "secret-of-the-test")
    german = server.http.get("/login", headers={"Accept-Language": "de"})
    assert '<html lang="de">' in german.text
    assert "Anmelden" in german.text
    wrong = server.http.post("/login", data={"token": "x"}, headers={"Accept-Language": "de"})
    assert (wrong.status_code, "Das ist nicht das Token." in wrong.text) == (401, True)
    english = server.http.post("/login", data={"token": "x"})
    assert "This isn&#x27;t the token." in english.text


def test_the_pages_of_a_start_speak_the_language_of_the_browser():
    start = starting_page(Progress(1_234, 5_000), "de").body
    assert "Er liest sein Journal: 1\u202f234 von 5\u202f000 Einträgen bisher.".encode() in start
    assert b"The server is reading its journal" in starting_page(Progress(1, 2), "en").body
    assert b"Einen Moment" in waiting_page("de").body
