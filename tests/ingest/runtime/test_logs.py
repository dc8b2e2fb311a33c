"""What reaches the console: no control characters, bounded lines, and few of them."""

import json
import logging
import socket
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.http.openapi import VERSION
from ingest.runtime.build import python_build
from ingest.runtime.logs import LINE_BYTES, REPEAT_S, Json, OnceAMinute, Text, line
from tests.ingest.raw import Case, talk
from tests.ingest.runtime.test_start_and_stop import refused
from tests.support import BOUND_S, StartServer, start_process, wait_until


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


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
    text = Text().format(record("path %s", "a\nINFO all is well"))
    assert text == "ERROR l: path a\\nINFO all is well"


def test_lines_of_a_traceback_are_indented_bounded_and_few():
    error = raised(ValueError("x\nERROR forged\x1b[2J" + "y" * 10**6 + "\n" * 1_000))
    lines = Text().format(record("failed", error=error)).split("\n")
    assert lines[0] == "ERROR l: failed"
    assert "Traceback" in lines[1]
    assert all(each.startswith("  ") for each in lines[1:])
    assert len(lines) <= 60
    assert all(len(each.encode()) <= LINE_BYTES + 2 and each.isprintable() for each in lines)


def test_json_has_one_object_a_line_with_the_traceback_in_it():
    error = raised(ValueError("x\ny"))
    told = json.loads(Json().format(record("path %s", "a\nb\x1b[2J", error=error)))
    assert told.keys() == {"time", "level", "logger", "message", "traceback"}
    assert (told["level"], told["logger"]) == ("error", "l")
    assert told["message"] == "path a\\nb\\x1b[2J"
    assert told["traceback"][-2:] == ["ValueError: x", "y"]
    assert datetime.fromisoformat(told["time"]).utcoffset() == timedelta(0)


def run_and_disturb(tmp_path: Path, *flags: str) -> tuple[str, str, str]:
    """What a server wrote to stdout and stderr that was sent no HTTP, and its URL."""
    port = free_port()
    process = start_process(tmp_path / "stderr", ["--port", str(port), *flags], {})
    try:
        wait_until(lambda: listens(port), "its listening")
        assert talk(port, Case([b"nonsense\r\n\r\n"], ends="shut")).startswith(b"HTTP/1.1 400 ")
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=BOUND_S)
    assert process.returncode == 0
    return said, (tmp_path / "stderr").read_text(), f"http://localhost:{port}"


def test_the_format_of_the_log_is_a_setting(tmp_path: Path):
    said, warned, url = run_and_disturb(tmp_path, "--log-format", "json")
    first, second, third = map(json.loads, said.splitlines())
    assert (first["level"], first["logger"]) == ("info", "visitors.main")
    assert first["message"] == f"Visitor analytics on {url}"
    assert second["message"] == f"Version {VERSION}, {python_build()}"
    assert third["message"].startswith("Memory: at most ")
    warning = json.loads(warned)
    assert (warning["level"], warning["logger"]) == ("warning", "uvicorn.error")


def test_the_level_of_the_log_is_a_setting(tmp_path: Path):
    said, warned, _ = run_and_disturb(tmp_path, "--log-level", "error")
    assert (said, warned) == ("", "")


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
    assert Text().format(late) == "ERROR l (5 more like it before): a 6"


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
