"""The documents say what the code does: routes, messages, keys, settings, links, examples."""

import ast
import json
import re
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingest.archive.arguments import export_parser, import_parser
from ingest.archive.row import COLUMNS
from ingest.pipeline.rejection import STATUS
from state.settings.settings import Settings
from state.wire import alerts, messages
from state.wire import types as shapes
from state.wire.messages import encode
from tests.support import ROOT, Running, StartServer

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

CONTENT: dict[str, type[shapes.Shape]] = {
    shape.message_type: shape
    for module in (messages, alerts)
    for shape in vars(module).values()
    if hasattr(shape, "message_type")
}
ANSWERS: dict[str, type[shapes.Shape]] = {
    "GET /api/analytics/summary": messages.Summary,
    "GET /api/analytics/sessions": messages.SessionPage,
    "GET /api/analytics/sessions/{sessionId}": shapes.SessionShape,
    "GET /api/analytics/alerts": alerts.AlertList,
}


# What the code has


def trees() -> Iterator[ast.AST]:
    for room in ("state", "ingest"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield from ast.walk(ast.parse(path.read_text()))


def sent_kinds() -> set[str]:
    """Types of the messages that the server sends."""
    return {messages.BATCH, *CONTENT}


def heard_kinds() -> set[str]:
    """Types of the messages that clients may send: the keys of the table of handlers."""
    tables = [
        node.value
        for node in trees()
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "self._handlers"
    ]
    [table] = [table for table in tables if isinstance(table, ast.Dict)]
    return {key.value for key in table.keys if isinstance(key, ast.Constant)}


def wire_keys() -> set[str]:
    """The name on the wire of every field of every message and answer."""
    pending = list(shapes.Shape.__subclasses__())
    keys: set[str] = set()
    while pending:
        shape = pending.pop()
        pending += shape.__subclasses__()
        keys |= {field.encode_name for field in msgspec.structs.fields(shape)}
    return keys


def schema_keys(schema: Any) -> set[str]:
    """The names of all properties in the schemas of an OpenAPI document."""
    if isinstance(schema, list):
        return set().union(*map(schema_keys, schema))
    if not isinstance(schema, dict):
        return set()
    properties = schema.get("properties")
    own = set(properties) if isinstance(properties, dict) else set()
    return own.union(*map(schema_keys, schema.values()))


# What the documents have


def sections(text: str) -> dict[str, str]:
    """What stands under each heading, up to the next one."""
    parts = re.split(r"^#+ +(.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def headings(text: str) -> set[str]:
    return {title.strip("`") for title in sections(text)}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    return {re.sub(r"[^\w\- ]", "", t).strip().lower().replace(" ", "-") for t in sections(text)}


def links(text: str) -> list[str]:
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", prose)
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def examples() -> list[tuple[str, Any]]:
    """The JSON examples of the protocol, each with the heading it stands under."""
    return [
        (title.strip("`"), json.loads(block))
        for title, text in sections(PROTOCOL).items()
        for block in blocks(text, "json")
    ]


def nameless(text: str) -> str:
    """Paths without the names of their parameters, which code and wire write differently."""
    return re.sub(r"{\w+}", "{}", text)


def content_of(kind: str) -> type[shapes.Shape]:
    return CONTENT[kind]


def documented(key: str) -> bool:
    """True if the protocol names the key: as code in the text, or as a key of an example."""
    return f"`{key}`" in PROTOCOL or f'"{key}": ' in PROTOCOL


# Tests


def test_every_route_has_a_heading_in_the_protocol(server: Running) -> None:
    paths = server.http.get("/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    written = set(map(nameless, headings(PROTOCOL)))
    assert routes
    assert {route for route in routes if nameless(route) not in written} == set()


def test_every_route_is_in_the_readme(server: Running) -> None:
    readme = nameless((ROOT / "README.md").read_text())
    paths = server.http.get("/openapi.json").json()["paths"]
    assert {path for path in paths if f"{nameless(path)}`" not in readme} == set()


def test_every_key_of_the_openapi_document_is_documented(server: Running) -> None:
    schemas = server.http.get("/openapi.json").json()["components"]["schemas"]
    keys = schema_keys(schemas)
    assert "sessionId" in keys
    assert {key for key in keys if not documented(key)} == set()


def test_every_message_type_has_a_heading_in_the_protocol() -> None:
    sent, heard = sent_kinds(), heard_kinds()
    assert {"initial_data", "visitor_update", "alert", "pong", "error", "batch"} <= sent
    assert {"request_detailed_stats", "track_dashboard_action", "resume"} <= heard
    assert (sent | heard) - headings(PROTOCOL) == set()


def test_every_key_on_the_wire_is_documented() -> None:
    assert {key for key in wire_keys() if not documented(key)} == set()


def test_every_code_of_a_refusal_is_documented_with_its_status() -> None:
    rows = sections(PROTOCOL)["Refusals"]
    on_the_socket = {"unknown_type"}
    missing = {c for c, status in STATUS.items() if f"| {status} | `{c}` |" not in rows}
    assert missing - on_the_socket == set()
    assert all(f"`{code}`" in PROTOCOL for code in on_the_socket)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_flag_variable_and_default(name: str) -> None:
    flag, variable = f"--{name.replace('_', '-')}", f"VISITORS_{name.upper()}"
    rows = [row for row in SETTINGS.splitlines() if row.startswith(f"| `{flag}`")]
    assert len(rows) == 1
    assert f"| `{variable}` |" in rows[0]
    assert f"| {written_default(name)} |" in rows[0]


def written_default(name: str) -> str:
    """A default as the table of settings writes it."""
    default = Settings.model_fields[name].get_default()
    if name == "timezone":
        return "the machine's"
    if default in ("", ()):
        return "none"
    if isinstance(default, tuple):
        return f"`{','.join(map(str, default))}`"
    return f"`{json.dumps(default)}`".replace('"', "")


def test_every_setting_in_the_readme_has_its_default() -> None:
    rows = re.findall(r"^\| `(--\S+)` \| (.+?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert rows
    assert {flag for flag, default in rows if written_default(field_of(flag)) != default} == set()


def test_the_documented_settings_are_those_that_exist() -> None:
    rows = re.findall(r"^\| `--(\S+?)`", SETTINGS, re.MULTILINE)
    assert {row.replace("-", "_") for row in rows} == set(Settings.model_fields)


def field_of(flag: str) -> str:
    return flag.removeprefix("--").replace("-", "_")


def test_every_example_of_a_message_is_one_that_the_code_could_send() -> None:
    told = [(kind, example) for kind, example in examples() if kind in sent_kinds() - {"batch"}]
    assert {kind for kind, _ in told} == sent_kinds() - {"batch"}
    for kind, example in told:
        assert example["type"] == kind
        assert as_sent(example["data"], content_of(kind)) == example["data"]


def test_the_example_of_a_batch_holds_messages_that_the_code_could_send() -> None:
    [batch] = [example for kind, example in examples() if kind == "batch"]
    assert set(batch) == {"type", "messages"}
    for message in batch["messages"]:
        assert as_sent(message["data"], content_of(message["type"])) == message["data"]


@pytest.mark.parametrize("route", ANSWERS)
def test_every_example_of_an_answer_is_one_that_the_code_could_give(route: str) -> None:
    [example] = [example for title, example in examples() if title == route]
    assert as_sent(example, ANSWERS[route]) == example


def test_every_example_of_a_client_s_message_names_a_type_that_is_heard() -> None:
    told = [example["type"] for kind, example in examples() if kind in heard_kinds()]
    assert set(told) == heard_kinds()


def as_sent(data: Any, shape: type[shapes.Shape]) -> Any:
    """The same content after the code has read it into its own form and written it again."""
    return json.loads(encode(msgspec.json.decode(json.dumps(data), type=shape)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    broken = set()
    for link in links(text):
        target, _, anchor = link.partition("#")
        path = page.parent / target if target else page
        if not path.is_file() or (anchor and anchor not in anchors(path.read_text())):
            broken.add(link)
    assert broken == set()


def test_every_file_of_the_code_that_the_documents_name_exists() -> None:
    pages = [page.read_text() for page in PAGES if page.name != "CHANGELOG.md"]
    place = r"`(?:python |pytest )?((?:state|ingest|ui|tests|tools|bench)/[^\s`]*)"
    named = {path for text in pages for path in re.findall(place, text)}
    made_by_a_run = {"bench/results/"}
    assert "state/analytics.py" in named
    assert {path for path in named if not (ROOT / path).exists()} - made_by_a_run == set()


def test_the_first_event_of_the_readme_is_accepted_and_counted(start_server: StartServer) -> None:
    server = start_server()
    [command] = [
        block for block in blocks((ROOT / "README.md").read_text(), "bash") if "curl" in block
    ]
    assert "http://localhost:3000/" in command
    told = command.replace("http://localhost:3000", server.url)
    done = subprocess.run(
        ["bash", "-c", told], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["success"] is True
    summary = server.http.get("/api/analytics/summary").json()
    assert summary["pagesVisited"] == {"/home": 1}
    assert summary["countries"] == {"India": 1}


def test_every_column_and_flag_of_archives_is_documented() -> None:
    page = (ROOT / "docs" / "archive.md").read_text()
    rows = re.findall(r"^\| `([\w-]+)` \|", page, flags=re.MULTILINE)
    flags = {flag for parser in (export_parser(), import_parser()) for flag in flags_of(parser)}
    assert tuple(row for row in rows if not row.startswith("-")) == COLUMNS
    assert {row for row in rows if row.startswith("-")} == flags


def flags_of(parser: ArgumentParser) -> set[str]:
    return set(re.findall(r"--[a-z]+", parser.format_usage()))


def test_every_make_target_that_the_documents_name_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = "\n".join(page.read_text() for page in PAGES)
    named = set(re.findall(r"^`?make (\w+)|(?<=`)make (\w+)", pages, re.MULTILINE))
    assert {first or second for first, second in named} - targets == set()


def test_the_changelog_has_a_section_for_what_is_not_released() -> None:
    assert "[Unreleased]" in headings((ROOT / "CHANGELOG.md").read_text())


def test_every_required_package_has_its_reason_in_the_decisions() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    names = [line.partition("==")[0] for line in lines if "==" in line]
    decisions = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()
    assert names
    assert {name for name in names if f"**{name}**" not in decisions} == set()


def test_the_picture_of_the_rooms_shows_the_real_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.architecture", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
