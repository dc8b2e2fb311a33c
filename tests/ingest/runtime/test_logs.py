"""What reaches the console: no control characters, bounded lines, and few of them."""

import logging
from pathlib import Path

import pytest

from ingest.runtime.logs import LINE_BYTES, REPEAT_S, Console, OnceAMinute, line
from tests.ingest.raw import Case, talk
from tests.ingest.runtime.test_start_and_stop import refused
from tests.support import StartServer


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def record(message: str, *arguments: object, error: BaseException | None = None, at: int = 1):
    exc_info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("l", logging.ERROR, "f.py", at, message, arguments, exc_info)


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_what_does_not_print_is_escaped_and_all_else_is_not():
    assert line("a\x1b[31m\n\r\t\x00\u202eb\u2066\u200f\u061c\u2028") == (
        "a\\x1b[31m\\n\\r\\t\\x00\\u202eb\\u2066\\u200f\\u061c\\u2028"
    )
    assert line("Größe 東京 € 🙂") == "Größe 東京 € 🙂"


@pytest.mark.parametrize("text", ["x" * 10**6, "東" * 10**5, "\n" * 10**5, "\ud800" * 5_000])
def test_a_line_has_at_most_1_kb(text: str):
    assert LINE_BYTES - 8 <= len(line(text).encode()) <= LINE_BYTES


def test_a_message_can_forge_no_second_line():
    text = Console().format(record("path %s", "a\nINFO all is well"))
    assert text == "ERROR l: path a\\nINFO all is well"


def test_lines_of_a_traceback_are_indented_bounded_and_few():
    error = raised(ValueError("x\nERROR forged\x1b[2J" + "y" * 10**6 + "\n" * 1_000))
    lines = Console().format(record("failed", error=error)).split("\n")
    assert lines[0] == "ERROR l: failed"
    assert "Traceback" in lines[1]
    assert all(each.startswith("  ") for each in lines[1:])
    assert len(lines) <= 60
    assert all(len(each.encode()) <= LINE_BYTES + 2 and each.isprintable() for each in lines)


def test_each_place_speaks_once_a_minute_and_says_how_often_it_was_silenced():
    clock = Clock()
    once = OnceAMinute(clock)
    assert once.filter(record("a %d", 1))
    assert [once.filter(record("a %d", n)) for n in range(5)] == [False] * 5
    assert once.filter(record("another place", at=2))
    assert once.filter(record("a", error=raised(ValueError())))
    assert not once.filter(record("a", error=raised(ValueError())))
    assert once.filter(record("a", error=raised(KeyError())))
    clock.now += REPEAT_S
    late = record("a %d", 6)
    assert once.filter(late)
    assert Console().format(late) == "ERROR l (5 more like it before): a 6"


@pytest.mark.parametrize("flag", ["--no-plain", "--plain"])
def test_a_client_that_sends_no_http_writes_one_line_into_the_log(
    start_server: StartServer, flag: str
):
    server = start_server(flag)
    for _ in range(50):
        nonsense = Case([b"\x1b[31m nonsense\r\n\r\n"], ends="shut")
        assert talk(server.port, nonsense).startswith(b"HTTP/1.1 400 ")
    assert server.complaints.count("\n") == 1
    assert server.complaints.startswith("WARNING uvicorn.error: Invalid HTTP request")


def test_what_a_path_holds_cannot_steer_the_terminal(tmp_path: Path):
    said = refused(tmp_path, "--journal", f"sqlite:{tmp_path}/no/\x1b[2J\u202e\nforged/v.db")
    assert said.count("\n") == 1
    assert "\\x1b[2J\\u202e\\nforged" in said
