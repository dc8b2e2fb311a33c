"""Who may: origins, the token for reading, the key for writing."""

import pytest

from ingest.access.logins import DAY_S, Logins
from ingest.access.policy import COOKIE, Access, bearer_subprotocol
from state.settings.settings import Settings

HOST = "127.0.0.1:3000"
TOKEN = "secret-of-the-house"


def access(**settings: object) -> Access:
    return Access(Settings.model_validate(settings))


@pytest.mark.parametrize(
    "origin",
    [
        *("http://127.0.0.1:3000", "http://127.0.0.1", "http://localhost:8080"),
        *("https://localhost", "http://[::1]:5173", "http://127.9.9.9:1", "http://app.localhost"),
    ],
)
def test_on_loopback_pages_of_this_machine_are_let_in(origin: str):
    assert access().allows_origin(origin, HOST) is True


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.nip.io"),
        *("null", "", "file://", "http://", "http://0.0.0.0:3000", "chrome-extension://abc"),
        *("http://10.0.0.1:3000", "ftp://127.0.0.1", "127.0.0.1:3000", "//127.0.0.1:3000"),
    ],
)
def test_pages_of_others_are_not(origin: str):
    assert access().allows_origin(origin, HOST) is False


@pytest.mark.parametrize("origin", ["http://[", "http://a]b", "http://[::1", "http://\u2100.org"])
def test_an_origin_that_cannot_be_parsed_is_not_let_in(origin: str):
    assert access().allows_origin(origin, HOST) is False


def test_bound_elsewhere_the_same_host_is_let_in_and_loopback_is_not():
    public = access(host="0.0.0.0", token="secret-of-the-house")
    assert public.allows_origin("https://stats.example:3000", "stats.example:3000") is True
    assert public.allows_origin("https://stats.example", "stats.example:3000") is False
    assert public.allows_origin("http://localhost:3000", "stats.example:3000") is False
    assert public.allows_origin("https://evil.example", "stats.example:3000") is False


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "localhost:3000", "127.0.0.1:3000", "[::1]:3000", "app.localhost:3000"),
        *("10.0.0.7", "dashboard", "LOCALHOST:3000", "", "stats.example:3000"),
    ],
)
def test_on_loopback_own_names_and_those_of_allowed_origins_are_known(host: str):
    assert access(allowed_origins=("https://stats.example",)).knows_host(host) is True


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:3000", "127.0.0.1.nip.io", "localhost.evil.example.", "["],
)
def test_a_name_that_could_be_pointed_here_is_not_known_unless_a_token_is_needed(host: str):
    assert access().knows_host(host) is False
    assert access(token="secret-of-the-house").knows_host(host) is True
    assert access(host="0.0.0.0", open=True).knows_host(host) is True


def test_an_allowed_origin_is_let_in_exactly_as_it_is_named():
    some = access(allowed_origins=("https://a.example", "http://b.example:81"))
    assert some.allows_origin("https://a.example", HOST) is True
    assert some.allows_origin("http://b.example:81", HOST) is True
    assert some.allows_origin("http://a.example", HOST) is False
    assert some.allows_origin("https://a.example:444", HOST) is False
    assert some.allows_origin("https://www.a.example", HOST) is False


def test_without_a_token_everybody_may_read():
    assert access().may_read({}, {}, []) is True


@pytest.mark.parametrize(
    ("headers", "cookies", "protocols"),
    [
        ({"authorization": "Bearer secret-of-the-house"}, {}, []),
        ({"authorization": "bearer  secret-of-the-house "}, {}, []),
        ({}, {}, ["bearer.secret-of-the-house"]),
        ({}, {}, ["other", "bearer.secret-of-the-house"]),
    ],
)
def test_the_token_comes_as_bearer_or_as_subprotocol(
    headers: dict[str, str], cookies: dict[str, str], protocols: list[str]
):
    assert access(token="secret-of-the-house").may_read(headers, cookies, protocols) is True


@pytest.mark.parametrize(
    ("headers", "cookies", "protocols"),
    [
        ({}, {}, []),
        ({"authorization": "Bearer wrong"}, {}, []),
        ({"authorization": "Bearer"}, {}, []),
        ({"authorization": "Basic secret-of-the-house"}, {}, []),
        ({"authorization": "secret-of-the-house"}, {}, []),
        ({"x-ingest-key": "key"}, {}, []),
        ({"authorization": "Bearer key"}, {}, []),
        ({}, {COOKIE: "secret-of-the-house"}, []),
        ({}, {COOKIE: "."}, []),
        ({}, {"token": "secret-of-the-house"}, []),
        ({}, {}, ["secret-of-the-house"]),
        ({}, {}, ["bearer."]),
        ({}, {}, ["bearer.secret-of-the-house2"]),
    ],
)
def test_without_the_token_nobody_reads_and_the_ingest_key_is_none(
    headers: dict[str, str], cookies: dict[str, str], protocols: list[str]
):
    assert (
        access(token="secret-of-the-house", ingest_key="key").may_read(headers, cookies, protocols)
        is False
    )


def test_a_login_is_a_cookie_that_is_not_the_token_and_ends_with_the_logout():
    locked = access(token=TOKEN)
    assert (locked.log_in("another-secret-of-the-house"), locked.log_in("")) == (None, None)
    cookie = locked.log_in(TOKEN)
    assert cookie is not None
    assert TOKEN not in cookie
    assert locked.may_read({}, {COOKIE: cookie}, []) is True
    another = "1" if cookie[0] == "0" else "0"
    for forged in (cookie[:-1], another + cookie[1:], cookie.partition(".")[0]):
        assert locked.may_read({}, {COOKIE: forged}, []) is False
    other_token = access(token="another-secret-of-the-house")
    assert other_token.may_read({}, {COOKIE: cookie}, []) is False
    login = locked.login({COOKIE: cookie})
    assert login is not None
    locked.logins.end(login)
    assert locked.may_read({}, {COOKIE: cookie}, []) is False


def test_a_login_lasts_thirty_days_from_its_last_use_by_the_servers_clock():
    #   0        29 d                 30 d        59 d
    #   given    renewed              old: over   new: over
    now = 0.0
    logins = Logins(TOKEN, lambda: now, lambda _: False)
    cookie = logins.new_cookie()
    login = logins.find(cookie)
    assert login is not None
    assert logins.renewed_cookie(login) is None, "on the first day there is no need"
    now = 29 * DAY_S
    renewed = logins.renewed_cookie(login)
    assert renewed is not None
    now = 30 * DAY_S
    assert logins.find(cookie) is None
    again = logins.find(renewed)
    assert again is not None
    assert again.id == login.id, "so that a logout ends both"
    now = 59 * DAY_S
    assert logins.find(renewed) is None


@pytest.mark.parametrize("changed", ["", "9", "-1", "x", "1e9", "99999999999999"])
def test_the_time_in_a_cookie_cannot_be_changed(changed: str):
    logins = Logins(TOKEN, lambda: 0.0, lambda _: False)
    id_, _, signature = logins.new_cookie().split(".")
    assert logins.find(f"{id_}.{changed}.{signature}") is None


def test_a_logout_that_the_journal_knows_is_one():
    ended = set[str]()
    logins = Logins(TOKEN, lambda: 0.0, ended.__contains__)
    cookie = logins.new_cookie()
    login = logins.find(cookie)
    assert login is not None
    ended.add(login.id)
    assert logins.find(cookie) is None


def test_without_a_token_nobody_can_log_in():
    assert access().log_in("") is None


def test_without_an_ingest_key_everybody_may_write():
    assert access().may_write({}) is True
    assert access(token="secret-of-the-house").may_write({}) is True


@pytest.mark.parametrize(
    ("headers", "key_in_body"),
    [
        ({"authorization": "Bearer key"}, None),
        ({"x-ingest-key": "key"}, None),
        ({}, "key"),
        ({"authorization": "Bearer secret-of-the-house"}, None),
        ({"x-ingest-key": "wrong"}, "key"),
    ],
)
def test_the_key_comes_in_a_header_or_in_the_body_and_the_token_may_write(
    headers: dict[str, str], key_in_body: str | None
):
    assert (
        access(token="secret-of-the-house", ingest_key="key").may_write(headers, key_in_body)
        is True
    )


@pytest.mark.parametrize(
    ("headers", "key_in_body"),
    [
        ({}, None),
        ({}, ""),
        ({}, "wrong"),
        ({"x-ingest-key": "wrong"}, None),
        ({"authorization": "Bearer wrong"}, "ke"),
        ({"authorization": "Bearer "}, None),
    ],
)
def test_without_the_key_nobody_writes(headers: dict[str, str], key_in_body: str | None):
    assert access(ingest_key="key").may_write(headers, key_in_body) is False


def test_the_handshake_names_the_subprotocol_that_carried_the_token():
    assert (
        bearer_subprotocol(["other", "bearer.secret-of-the-house"]) == "bearer.secret-of-the-house"
    )
    assert bearer_subprotocol(["other"]) is None
    assert bearer_subprotocol([]) is None
