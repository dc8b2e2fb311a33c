"""Every option three ways: flag, environment variable, default. A wrong value says what it is."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from state.journal.redis.url import read_address
from state.settings.basic import MILESTONES
from state.settings.settings import Settings, SettingsError, load

SAMPLES: dict[str, tuple[str, Any]] = {
    "host": ("::1", "::1"),
    "port": ("8080", 8080),
    "timezone": ("Asia/Kolkata", "Asia/Kolkata"),
    "session_timeout_s": ("1.5", 1.5),
    "idle_after_s": ("30", 30.0),
    "leave_grace_s": ("2.5", 2.5),
    "spike_threshold": ("3", 3),
    "spike_window_s": ("10", 10.0),
    "alert_cooldown_s": ("0", 0.0),
    "milestones": ("2, 4,1000", (2, 4, 1000)),
    "funnel": ("/, /pricing", ("/", "/pricing")),
    "honour": ("gpc", ("gpc",)),
    "tracker_path": ("/stats.js", "/stats.js"),
    "track_path": ("/s/e", "/s/e"),
    "example": ("true", True),
    "goals": ("signup, /order/*", ("signup", "/order/*")),
    "sites": ("shop=a.example+b.example, blog", ("shop=a.example+b.example", "blog")),
    "max_sites": ("7", 7),
    "keep_query": ("id, q", ("id", "q")),
    "geo_database": ("countries.mmdb", "countries.mmdb"),
    "notify": ("json://a/b, ntfy://c", ("json://a/b", "ntfy://c")),
    "allowed_origins": ("https://a.org,http://b.org:81", ("https://a.org", "http://b.org:81")),
    "token": ("secret-of-the-house", "secret-of-the-house"),
    "ingest_key": ("key", "key"),
    "trusted_proxies": ("10.0.0.0/8, ::1", ("10.0.0.0/8", "::1")),
    "open": ("true", True),
    "open_reset": ("true", True),
    "plain": ("true", True),
    "journal": ("sqlite:data/visitors.db", "sqlite:data/visitors.db"),
    "durability": ("fast", "fast"),
    "ui": ("false", False),
    "retention_days": ("7", 7),
    "checkpoint_events": ("9", 9),
    "log_level": ("error", "error"),
    "log_format": ("json", "json"),
    "max_sessions": ("10", 10),
    "max_names": ("100", 100),
    "max_event_ids": ("2", 2),
    "backlog_bytes": ("65536", 65536),
    "sessions_bytes": ("16777216", 16_777_216),
    "session_bytes": ("65536", 65_536),
    "recent_bytes": ("1048576", 1_048_576),
    "windows_bytes": ("1048577", 1_048_577),
    "names_bytes": ("1048578", 1_048_578),
    "visitors_bytes": ("1048579", 1_048_579),
    "event_ids_bytes": ("1048580", 1_048_580),
    "history_bytes": ("1048581", 1_048_581),
    "max_backlogs_bytes": ("1048576", 1048576),
    "max_filters_per_s": ("4", 4.0),
    "slow_reader_s": ("1", 1.0),
    "max_events_per_s": ("0.5", 0.5),
    "max_key_events_per_s": ("10", 10.0),
    "max_pages_per_s": ("2", 2.0),
    "max_unopened_pages": ("3", 3),
    "max_unopened_pages_per_address": ("2", 2),
    "max_reads_per_s": ("4", 4.0),
    "max_messages_per_s": ("3", 3.0),
    "max_connections": ("7", 7),
    "max_connections_per_address": ("3", 3),
    "max_silent_connections_per_address": ("4", 4),
    "body_timeout_s": ("2", 2.0),
    "max_bodies_bytes": ("2097152", 2_097_152),
    "dead_peer_s": ("5", 5.0),
}
YEAR_S, DAY_S = 31_536_000, 86_400
LONGEST = {
    **dict.fromkeys(("session_timeout_s", "idle_after_s", "alert_cooldown_s"), YEAR_S),
    **dict.fromkeys(("body_timeout_s", "dead_peer_s", "slow_reader_s"), DAY_S),
    **dict.fromkeys(("spike_window_s", "leave_grace_s"), 3_600),
    **dict.fromkeys((name for name in SAMPLES if name.endswith("_per_s")), 1_000_000_000),
}
WRONG = [
    ("port", "65536", "65535"),
    ("port", "-1", "0"),
    ("port", "http", "integer"),
    ("session_timeout_s", "0.5", "1"),
    ("session_timeout_s", "nan", "1"),
    ("session_timeout_s", "soon", "number"),
    ("idle_after_s", "0", "1"),
    *((name, "inf", f"less than or equal to {most}") for name, most in LONGEST.items()),
    *((name, "nan", "than or equal to") for name in LONGEST),
    ("retention_days", "36501", "36500"),
    ("spike_threshold", "0", "1"),
    ("spike_threshold", "2.5", "integer"),
    ("spike_window_s", "3601", "3600"),
    ("alert_cooldown_s", "-1", "0"),
    ("milestones", "10,5", "ascending"),
    ("milestones", "0,5", "from 1 on"),
    ("milestones", "5,5", "ascending"),
    ("milestones", "ten", "integer"),
    ("funnel", "/", "2 to 12 different pages or goals"),
    ("tracker_path", "stats.js", "should be a path like"),
    ("tracker_path", "/ws", "that nothing else is at"),
    ("track_path", "/api/events", "that nothing else is at"),
    ("track_path", "/count", "that nothing else is at"),
    ("track_path", "/a/../b", "should be a path like"),
    ("track_path", '/x"', "should be a path like"),
    ("goals", "a,a", "different goals"),
    ("goals", "x" * 65, "at most 64 characters"),
    ("sites", "Shop", "should be keys"),
    ("sites", "a,a", "each key once"),
    ("max_sites", "0", "greater than or equal to 1"),
    ("honour", "gpc,ads", "gpc, dnt, both by comma"),
    ("funnel", "/,/a,/", "2 to 12 different pages or goals"),
    ("funnel", "/" + "x" * 2_048 + ",/", "should be pages"),
    ("timezone", "Mars/Olympus", "Europe/Berlin"),
    ("timezone", "../etc/passwd", "Europe/Berlin"),
    ("allowed_origins", "example.org", "https://"),
    ("allowed_origins", "https://example.org/path", "https://"),
    ("allowed_origins", "ftp://example.org", "https://"),
    ("max_unopened_pages", "0", "1"),
    ("max_reads_per_s", "0", "greater than 0"),
    ("trusted_proxies", "*", "10.0.0.0/8"),
    ("trusted_proxies", "10.0.0.0/33", "10.0.0.0/8"),
    ("journal", "paper:", "sqlite:PATH"),
    ("journal", "sqlite:", "sqlite:PATH"),
    ("journal", "visitors.db", "sqlite:PATH"),
    *(
        ("journal", wrong, "redis://host:6379/0?stream=visitors")
        for wrong in (
            *("redis:", "redis://", "redis:///0", "redis://h:port/0", "redis://h:70000/0"),
            *("redis://h/zero", "redis://h/0?stream=", "redis://h/0?stream=v&replicas=-1"),
            *(
                "redis://h/0?replicas=",
                "redis://h/0?streams=v",
                "redis://h/0?stream",
                "redis://[/0",
            ),
        )
    ),
    ("ui", "perhaps", "boolean"),
    ("retention_days", "-1", "0"),
    ("checkpoint_events", "0", "1"),
    ("log_level", "loud", "'warning'"),
    ("log_format", "xml", "'json'"),
    ("durability", "perhaps", "'fast'"),
    ("open", "perhaps", "boolean"),
    ("plain", "perhaps", "boolean"),
    ("max_sessions", "0", "1"),
    ("max_names", "99", "100"),
    ("max_event_ids", "1", "2"),
    ("backlog_bytes", "1024", "65536"),
    ("sessions_bytes", "16777215", "16777216"),
    ("session_bytes", "65535", "65536"),
    ("session_bytes", "1048577", "1048576"),
    *(
        (f"{name}_bytes", "1048575", "1048576")
        for name in ("recent", "windows", "names", "visitors", "event_ids", "history")
    ),
    ("max_backlogs_bytes", "1024", "1048576"),
    ("max_filters_per_s", "0", "0"),
    ("slow_reader_s", "0", "1"),
    ("max_events_per_s", "0", "greater than 0"),
    ("max_connections", "0", "1"),
    ("body_timeout_s", "0", "1"),
    ("max_bodies_bytes", "2097151", "2097152"),
    ("dead_peer_s", "0.5", "1"),
]
SPECIFIED = {
    "host": "127.0.0.1",
    "port": 3000,
    "session_timeout_s": 300,
    "idle_after_s": 60,
    "spike_threshold": 25,
    "spike_window_s": 60,
    "allowed_origins": (),
    "token": "",
    "ingest_key": "",
    "trusted_proxies": (),
    "journal": "memory:",
    "durability": "full",
}


WITH_VALUE = [
    name for name in SAMPLES if name not in ("example", "open", "open_reset", "plain", "ui")
]


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def variable(name: str) -> str:
    return f"VISITORS_{name.upper()}"


def test_every_setting_is_tried_here():
    assert set(SAMPLES) == set(Settings.model_fields)


@pytest.mark.parametrize("name", WITH_VALUE)
def test_a_flag_sets_its_setting(name: str):
    text, value = SAMPLES[name]
    assert getattr(load([flag(name), text]), name) == value


@pytest.mark.parametrize("name", SAMPLES)
def test_an_environment_variable_is_the_twin_of_its_flag(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    text, value = SAMPLES[name]
    monkeypatch.setenv(variable(name), text)
    assert getattr(load([]), name) == value


@pytest.mark.parametrize("name", SAMPLES)
def test_every_setting_explains_itself(name: str):
    assert Settings.model_fields[name].description


def test_a_flag_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VISITORS_PORT", "1000")
    assert load(["--port", "2000"]).port == 2000


def test_a_flag_may_be_written_with_an_equals_sign():
    assert load(["--session-timeout-s=7"]).session_timeout_s == 7


def test_a_yes_or_no_setting_needs_no_value(monkeypatch: pytest.MonkeyPatch):
    assert load(["--open"]).open is True
    monkeypatch.setenv("VISITORS_OPEN", "true")
    assert load(["--no-open"]).open is False


def test_defaults_are_those_of_the_contract():
    settings = load([])
    assert {name: getattr(settings, name) for name in SPECIFIED} == SPECIFIED
    assert settings.milestones == MILESTONES
    assert MILESTONES[:5] == (10, 50, 100, 500, 1000)


@pytest.mark.parametrize(("name", "value", "allowed"), [w for w in WRONG if w[0] in WITH_VALUE])
def test_a_wrong_flag_is_refused_with_name_value_and_what_is_allowed(
    name: str, value: str, allowed: str
):
    with pytest.raises(SettingsError) as refused:
        load([f"{flag(name)}={value}"])
    assert all(part in str(refused.value) for part in (name, value, allowed)), refused.value


@pytest.mark.parametrize(("name", "value", "allowed"), WRONG)
def test_a_wrong_environment_variable_is_refused_likewise(
    name: str, value: str, allowed: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(SettingsError) as refused:
        load([])
    assert all(part in str(refused.value) for part in (name, value, allowed)), refused.value


def test_all_wrong_values_are_named_at_once():
    with pytest.raises(SettingsError) as refused:
        load(["--port", "-1", "--spike-threshold", "0"])
    assert all(name in str(refused.value) for name in ("port", "spike_threshold"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prot", "3100"], "--prot: unknown; did you mean --port? (--help)"),
        (["--tokn=secret-of-the-house"], "--tokn: unknown; did you mean --token? (--help)"),
        (["--no-iu"], "--no-iu: unknown; did you mean --no-ui? (--help)"),
        (["exprt"], "exprt: unknown; did you mean export? (--help)"),
        (["--pastel", "red"], "--pastel: unknown (--help)"),
        (["--port"], "--port: expected one argument (--help)"),
    ],
)
def test_what_cannot_be_understood_is_one_line_with_the_nearest_flag(
    arguments: list[str], said: str
):
    with pytest.raises(SettingsError) as refused:
        load(arguments)
    assert str(refused.value) == said


def test_help_shows_every_flag(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as left:
        load(["--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert [name for name in Settings.model_fields if flag(name) not in shown] == []


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.nip.io"]
)
def test_beyond_loopback_the_start_is_refused_without_a_token(host: str):
    with pytest.raises(SettingsError, match="token") as refused:
        load(["--host", host])
    assert host in str(refused.value)


@pytest.mark.parametrize("consent", [["--token", "secret-of-the-house"], ["--open"]])
def test_beyond_loopback_a_token_or_open_lets_it_start(consent: list[str]):
    assert load(["--host", "0.0.0.0", *consent]).host == "0.0.0.0"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_on_loopback_no_token_is_needed(host: str):
    assert load(["--host", host]).on_loopback is True


def test_the_timezone_names_the_zone_and_empty_is_the_machines():
    assert load(["--timezone", "Asia/Kolkata"]).zone == ZoneInfo("Asia/Kolkata")
    assert load([]).zone is not None


@pytest.mark.parametrize(
    ("name", "url", "stream", "replicas"),
    [
        ("redis://host", "redis://host", "visitors", 0),
        ("redis://host:6380/3", "redis://host:6380/3", "visitors", 0),
        ("rediss://u:p%40ss@host/0?stream=a:b", "rediss://u:p%40ss@host/0", "a:b", 0),
        ("redis://[::1]:6379/0?stream=v&replicas=2", "redis://[::1]:6379/0", "v", 2),
    ],
)
def test_a_journal_in_redis_is_a_server_a_stream_and_replicas(
    name: str, url: str, stream: str, replicas: int
):
    address = read_address(load(["--journal", name]).journal)
    assert address == (url, stream, replicas)
    assert "p%40ss" not in address.place


def test_a_password_is_not_shown_where_its_address_cannot_be_used():
    with pytest.raises(SettingsError) as refused:
        load(["--journal", "redis://user:secret@host/zero"])
    assert "secret" not in str(refused.value)
    assert "host/zero" in str(refused.value)


@pytest.mark.parametrize(
    ("flag", "secret", "allowed"),
    [
        ("--token", "fifteen-letters", "at least 16 characters"),
        ("--token", "sixteen letters!", "at least 16 characters"),
        ("--token", "c2l4dGVlbiBsZXR0ZXJz==", "at least 16 characters"),
        ("--ingest-key", "two words", "visible ASCII"),
        ("--ingest-key", "schl\u00fcssel", "visible ASCII"),
    ],
)
def test_a_secret_that_no_header_may_carry_is_refused_and_not_shown(
    flag: str, secret: str, allowed: str
):
    with pytest.raises(SettingsError) as refused:
        load([flag, secret])
    assert flag in str(refused.value)
    assert allowed in str(refused.value)
    assert secret not in str(refused.value)


def test_the_key_that_websites_hold_is_another_one_than_the_token():
    with pytest.raises(SettingsError, match="ingest_key"):
        load(["--token", "secret-of-the-house", "--ingest-key", "secret-of-the-house"])


def test_pages_from_files_have_the_origin_null():
    assert load(["--allowed-origins", "null"]).allowed_origins == ("null",)


def test_a_secret_may_lie_in_a_file_of_the_credentials_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "VISITORS_TOKEN").write_text("from-a-file-0123456789\n")
    (tmp_path / "visitors_ingest_key").write_text("another")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert (load([]).token, load([]).ingest_key) == ("from-a-file-0123456789", "another")
    monkeypatch.setenv("VISITORS_TOKEN", "from-the-environment-01")
    assert load([]).token == "from-the-environment-01"
    assert load(["--token", "from-a-flag-0123456789"]).token == "from-a-flag-0123456789"


def test_a_credentials_directory_that_is_not_there_holds_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "gone"))
    assert load([]).token == ""


def test_no_number_of_seconds_is_without_an_end():
    seconds = {name for name in Settings.model_fields if name.endswith("_s")}
    assert seconds == set(LONGEST)


@pytest.mark.parametrize("goals", ["", "sign-up", "/signup"])
def test_a_goal_of_the_funnel_has_to_be_one(goals: str):
    flags = ["--funnel", "/,goal:signup", "--goals", goals]
    with pytest.raises(SettingsError, match=r"funnel: goal:signup .* is no goal of --goals"):
        load(flags)
    assert load([*flags[:3], "signup"]).funnel == ("/", "goal:signup")


@pytest.mark.parametrize("addresses", ["hook-of-mine", "json://a/b,never heard of"])
def test_addresses_of_alerts_are_refused_and_not_shown(addresses: str):
    with pytest.raises(SettingsError, match="notify: this secret can't be used") as refused:
        load(["--notify", addresses])
    assert addresses not in str(refused.value)


@pytest.mark.parametrize(
    "flags",
    [
        ("--track-path", "/tracker.js"),
        ("--tracker-path", "/api/track"),
        ("--tracker-path", "/s", "--track-path", "/s"),
    ],
)
def test_script_and_door_need_paths_of_their_own(flags: tuple[str, ...]):
    with pytest.raises(SettingsError, match=r"track_path: .* needs a path of its own"):
        load(flags)
