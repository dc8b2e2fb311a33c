"""``main.py check``: what a configuration opens, keeps and trusts, and whether that is safe."""

import os
import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ingest.check.command import lines, report
from ingest.check.finding import Finding, Level, Topic
from ingest.check.storage import is_temporary
from ingest.runtime.descriptors import BEYOND, RESERVE
from state.settings.settings import Settings, read
from tests.ingest.archives import ran, to_its_end
from tests.support import ROOT

TOKEN = "0123456789abcdef0123456789abcdef"
PLACES = (ROOT, Path.home())
KEY = "fedcba9876543210fedcba9876543210"
PUBLIC = ("--host", "0.0.0.0", "--trusted-proxies", "10.0.0.2")
PROXIED = ("--token", TOKEN, "--ingest-key", KEY, "--trusted-proxies", "127.0.0.1,::1")


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"VISITORS_{name.upper()}", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that the system doesn't clean, and that is its owner's alone."""
    with TemporaryDirectory(dir=next(place for place in PLACES if not is_temporary(place))) as name:
        yield Path(name)


def findings(*flags: str) -> list[Finding]:
    return report(read(flags), flags)


def unsafe(*flags: str) -> list[Finding]:
    return [each for each in findings(*flags) if each.level is Level.UNSAFE]


def told(level: Level, *flags: str) -> str:
    return "\n".join(f"{f.setting}: {f.sentence}" for f in findings(*flags) if f.level is level)


@pytest.mark.parametrize(
    ("flags", "setting", "words"),
    [
        (PUBLIC, "token", "no token is set"),
        ((*PUBLIC, "--open", "--open-reset"), "open_reset", "may reset"),
        (("--trusted-proxies", "127.0.0.1"), "token", "A proxy is trusted and no token is set"),
        (("--token", TOKEN, "--ingest-key", TOKEN), "ingest_key", "is the token"),
        (("--host", "0.0.0.0", "--token", TOKEN), "host", "clear text"),
        (("--host", "1.1.1.1", "--token", TOKEN), "host", "clear text"),
        (("--host", "stats.example.org", "--token", TOKEN), "host", "clear text"),
        ((*PROXIED[:4], "--trusted-proxies", "0.0.0.0/0"), "trusted_proxies", "0.0.0.0/0"),
        ((*PROXIED[:4], "--trusted-proxies", "::/0"), "trusted_proxies", "::/0"),
        (("--journal", "sqlite:/tmp/visitors.db"), "journal", "deletes files by itself"),
        (("--journal", "sqlite:/dev/shm/visitors.db"), "journal", "deletes files by itself"),
        (("--journal", "sqlite:/nowhere/visitors.db"), "journal", "can't be used"),
    ],
)
def test_what_is_unsafe_is_named_with_its_setting(flags: tuple[str, ...], setting: str, words: str):
    assert any(f.setting == setting and words in f.sentence for f in unsafe(*flags)), flags


@pytest.mark.parametrize(
    ("flags", "setting", "words"),
    [
        ((*PUBLIC, "--token", TOKEN), "ingest_key", "can invent visitors"),
        ((*PUBLIC, "--token", TOKEN), "host", "speaks no TLS"),
        (("--host", "192.168.1.5", "--token", TOKEN), "host", "clear text"),
        (("--token", "a" * 32), "token", "repeats"),
        (("--ingest-key", "short"), "ingest_key", "5 characters"),
        (("--token", TOKEN), "token", "list of processes"),
        (("--token", TOKEN), "trusted_proxies", "--trusted-proxies 127.0.0.1,::1"),
        (("--allowed-origins", "http://a.org"), "allowed_origins", "without TLS"),
        (("--retention-days", "7"), "retention_days", "no effect"),
        (("--durability", "fast"), "durability", "no effect"),
        (("--journal", "sqlite:visitors.db"), "retention_days", "grows without end"),
        (("--journal", "redis://db.example.org/0"), "journal", "no password"),
        (("--journal", "redis://u:p@db.example.org/0"), "journal", "rediss://"),
        (("--journal", "redis://u:p@db.example.org/0"), "journal", "VISITORS_JOURNAL"),
    ],
)
def test_what_should_be_considered_is_a_warning(flags: tuple[str, ...], setting: str, words: str):
    warnings = [f for f in findings(*flags) if f.level is Level.WARNING]
    assert any(f.setting == setting and words in f.sentence for f in warnings), flags


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ((), "only processes on this machine"),
        (PROXIED, "through the proxy"),
        (PROXIED, "Reading (page, REST, /ws, /metrics) needs the token"),
        (PROXIED, "Writing events needs the ingest key or the token"),
        (PROXIED, "A reset of all numbers needs the token"),
        (PROXIED, "from 127.0.0.1, ::1 and from no other address"),
        (("--allowed-origins", "https://a.org"), "pages of https://a.org"),
        ((), "proxy's address"),
        ((), "spared by max_events_per_s"),
        (("--max-events-per-s", "9"), "9 events"),
        (("--journal", "sqlite:a.db"), "survives kill -9 and a power cut"),
        (("--journal", "sqlite:a.db", "--durability", "fast"), "may take the newest"),
        (("--journal", "sqlite:a.db", "--retention-days", "7"), "older than 7 days"),
        (("--journal", "redis://localhost/0?stream=v"), "appendfsync always"),
        (("--max-connections", "10"), "10 open connections take up to 1 MB"),
        (("--sessions-bytes", "123000000"), "visits 123"),
    ],
)
def test_what_it_does_is_told_as_a_note(flags: tuple[str, ...], words: str):
    assert words in told(Level.NOTE, *flags)


def test_behind_a_proxy_on_this_machine_with_both_secrets_nothing_is_unsafe():
    assert unsafe(*PROXIED, "--allowed-origins", "https://stats.example.org") == []


def test_no_secret_is_ever_printed():
    flags = (*PROXIED, "--journal", "redis://user:hush-hush@db.example.org/0")
    text = "\n".join(lines(findings(*flags)))
    assert not [secret for secret in (TOKEN, KEY, "hush-hush") if secret in text]


def test_each_heading_has_its_sentences_and_the_end_is_a_verdict():
    text = list(lines(findings(*PUBLIC)))
    assert [line for line in text if line in set(Topic)] == list(Topic)
    assert text[-1].startswith("NOT SAFE: 1 unsafe")
    assert list(lines(findings()))[-1].startswith("Safe as far as this can tell")


def test_files_that_others_may_read_are_unsafe_until_the_directory_is_closed(folder: Path):
    journal = folder / "visitors.db"
    for name, mode in (("visitors.db", 0o600), ("visitors.db-wal", 0o644)):
        (folder / name).touch()
        (folder / name).chmod(mode)
    flags = ("--journal", f"sqlite:{journal}", "--retention-days", "7")
    assert unsafe(*flags) == []
    folder.chmod(0o755)
    assert [f"read {journal}-wal" in f.sentence for f in unsafe(*flags)] == [True]
    journal.chmod(0o606)
    assert any(f"change {journal}:" in f.sentence for f in unsafe(*flags))
    folder.chmod(0o777)
    assert any("may replace files" in f.sentence for f in unsafe(*flags))


def test_a_file_that_is_not_there_yet_is_judged_by_the_mask(folder: Path):
    folder.chmod(0o755)
    flags = ("--journal", f"sqlite:{folder / 'new.db'}")
    before = os.umask(0o077)
    try:
        assert unsafe(*flags) == []
        os.umask(0o022)
        assert any("will be readable" in f.sentence for f in unsafe(*flags))
    finally:
        os.umask(before)


def test_too_few_open_files_for_the_connections_are_a_warning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ingest.check.capacity.hard_limit", lambda: 2_000)
    said = told(Level.WARNING, "--max-connections", "2000")
    assert f"LimitNOFILE={2_000 + BEYOND + RESERVE}" in said
    assert f"it holds {2_000 - RESERVE:,} connections" in said
    assert "may open enough files" in told(Level.NOTE, "--max-connections", "872")


def test_the_soft_limit_of_open_files_is_no_matter_since_the_server_raises_it():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_000, hard))
    try:
        assert "may open enough files" in told(Level.NOTE, "--max-connections", "1")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_command_leaves_with_0_where_nothing_is_unsafe(folder: Path):
    safe = ran("check", *PROXIED, "--journal", f"sqlite:{folder / 'visitors.db'}")
    assert (safe.returncode, safe.stderr) == (0, "")
    assert "Safe as far as this can tell" in safe.stdout
    assert not list(folder.iterdir()), "it only looks"


def test_the_command_leaves_with_1_where_the_server_would_refuse_to_start():
    refused = ran("check", "--host", "0.0.0.0")
    assert (refused.returncode, refused.stderr) == (1, "")
    assert "NOT SAFE" in refused.stdout


def test_the_command_leaves_with_2_where_a_value_cannot_be_used():
    wrong = ran("check", "--port", "70000")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "port" in wrong.stderr


def test_the_documented_commands_make_settings_and_secrets_that_are_safe(tmp_path: Path):
    text = (ROOT / "docs" / "deployment.md").read_text()
    [commands] = re.findall(
        r"^cd /opt/visitors/docs/deploy\n.*?(?=^```)", text, re.MULTILINE | re.DOTALL
    )
    for documented, here in (
        ("/opt/visitors/.venv/bin/python", sys.executable),
        ("/opt/visitors", str(ROOT)),
        ("/etc/visitors", str(tmp_path / "etc")),
    ):
        commands = commands.replace(documented, here)
    done = to_its_end(["sh", "-euc", f"NAME=stats.example.net\n{commands}"])
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "pages of https://stats.example.net" in done.stdout
    assert "Reading (page, REST, /ws, /metrics) needs the token" in done.stdout
    assert "UNSAFE" not in done.stdout
    secrets = {path.read_text() for path in (tmp_path / "etc").glob("VISITORS_*")}
    assert {len(secret.strip()) for secret in secrets} == {64}
    assert len(secrets) == 2
    assert (tmp_path / "etc").stat().st_mode & 0o077 == 0


def test_targets_of_alerts_are_named_by_service_and_their_secrets_are_not_shown():
    address = "json://user:s3cret-word@127.0.0.1/hook"
    said = told(Level.NOTE, "--notify", address)
    assert "notify: Sends alerts, with numbers of visitors, to 1 (JSON)." in said
    assert "s3cret-word" not in said


def test_an_address_that_apprise_does_not_know_is_unsafe_and_not_shown():
    [finding] = unsafe("--notify", "never-heard-of://s3cret-word@host")
    assert finding.setting == "notify"
    assert "refuses to start" in finding.sentence
    assert "s3cret-word" not in finding.sentence
