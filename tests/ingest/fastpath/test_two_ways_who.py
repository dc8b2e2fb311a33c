"""The fast way and the ordinary way let in the same senders, and refuse the same: those who don't
have the key, and those who send more than they may."""

import socket
from collections.abc import Iterator, Sequence

import pytest

from tests.ingest.raw import VISIT, Case, Pair, normal, pair, plain, statuses, talk
from tests.support import BOUND_S, Running, wait_until

WRITERS = {
    "no key": plain(),
    "as a bearer": plain(b"Authorization: Bearer secret-of-the-house"),
    "as a bearer in lower case": plain(b"authorization: bearer secret"),
    "as a bearer with two spaces": plain(b"Authorization: Bearer  secret "),
    "as basic": plain(b"Authorization: Basic secret-of-the-house"),
    "a wrong bearer": plain(b"Authorization: Bearer secrets"),
    "in its header": plain(b"X-Ingest-Key: secret-of-the-house"),
    "in its header with spaces": plain(b"X-Ingest-Key:   secret  "),
    "a wrong one in its header": plain(b"X-Ingest-Key: Secret"),
    "an empty header": plain(b"X-Ingest-Key:"),
    "in the body": plain(body=VISIT[:-1] + b',"key":"secret-of-the-house"}'),
    "a wrong one in the body": plain(body=VISIT[:-1] + b',"key":"no"}'),
    "in the body, a wrong one in the header": plain(
        b"X-Ingest-Key: no", body=VISIT[:-1] + b',"key":"secret-of-the-house"}'
    ),
    "in the header, a wrong one in the body": plain(
        b"X-Ingest-Key: secret-of-the-house", body=VISIT[:-1] + b',"key":"no"}'
    ),
    "in the header of a bad event": plain(b"X-Ingest-Key: secret-of-the-house", body=b"{}"),
    "no key, a bad event": plain(body=b"{}"),
    "twice": plain(b"X-Ingest-Key: secret-of-the-house", b"X-Ingest-Key: no"),
}

FOR = b"X-Forwarded-For: "
SENDERS = {
    "the proxy itself": ([], [FOR], [FOR + b","], [FOR + b"203.0.113.1,"], [], []),
    "one address": ([FOR + b"203.0.113.2"],) * 6,
    "one address, spaces around": ([FOR + b"  203.0.113.3 "], [FOR + b"203.0.113.3"]) * 3,
    "two in turn": ([FOR + b"203.0.113.4"], [FOR + b"203.0.113.5"]) * 3,
    "one that invents others": [[FOR + b"192.0.2.%d, 203.0.113.6" % n] for n in range(6)],
    "one behind two proxies": [[FOR + b"192.0.2.%d, 203.0.113.7,127.0.0.1" % n] for n in range(6)],
    "no address": ([FOR + b"unknown"],) * 6,
    "an address with a port": ([FOR + b"203.0.113.8:1234"], [FOR + b"203.0.113.8:1235"]) * 3,
    "an address of version 6": ([FOR + b"2001:db8::1"], [FOR + b"2001:DB8::1"]) * 3,
    "two lines": ([FOR + b"203.0.113.9", FOR + b"203.0.113.10"],) * 6,
    "another header": ([FOR + b"203.0.113.11", b"Forwarded: for=192.0.2.1"],) * 6,
    "odd ones too": ([FOR + b"203.0.113.12"], [FOR + b"203.0.113.12", b"X-Odd: 1"]) * 3,
}
RATES = ("--trusted-proxies", "127.0.0.1", "--max-events-per-s", "2")
KEY = ("--ingest-key", "secret-of-the-house")


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory, *KEY) as started:
        yield started


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory, *RATES) as started:
        yield started


@pytest.fixture(scope="module")
def limited_by_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory, *KEY, *RATES, "--max-key-events-per-s", "3") as started:
        yield started


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory, "--max-connections-per-address", "1") as started:
        yield started


@pytest.mark.parametrize("request_", WRITERS.values(), ids=WRITERS)
def test_a_writer_is_let_in_alike(locked: Pair, request_: bytes) -> None:
    told = statuses(locked.compare(Case([request_])))
    assert told[1:] == [401, 404]


@pytest.mark.parametrize("sends", SENDERS.values(), ids=SENDERS)
def test_too_many_are_refused_alike(limited: Pair, sends: Sequence[list[bytes]]) -> None:
    at_once = b"".join(plain(*lines) for lines in sends)
    assert len(statuses(limited.compare(Case([at_once], 6, "shut")))) == 6


def test_six_in_a_row_are_four_taken_and_two_refused(limited: Pair) -> None:
    told = limited.compare(Case([plain(FOR + b"203.0.113.20")] * 6, 6, "shut"))
    assert statuses(told) == [201, 201, 201, 201, 429, 429]


def test_a_large_event_counts_as_one_for_each_kib(limited: Pair) -> None:
    """Of four events at once, one of three KiB leaves one."""
    large = plain(FOR + b"203.0.113.21", body=VISIT[:-1] + b" " * 3 * 1024 + b"}")
    told = limited.compare(Case([large, *[plain(FOR + b"203.0.113.21")] * 2], 3, "shut"))
    assert statuses(told) == [201, 201, 429]


def test_who_sends_too_much_uses_up_nothing_of_the_key(limited_by_key: Pair) -> None:
    """4 at once by an address, 6 by the key: the other one has two left."""
    key = b"X-Ingest-Key: secret-of-the-house"
    eager, other = (plain(key, FOR + address) for address in (b"203.0.113.1", b"203.0.113.2"))
    told = limited_by_key.compare(Case([eager * 8 + other * 3], 11, "shut"))
    assert statuses(told) == [201] * 4 + [429] * 4 + [201] * 2 + [429]


def test_a_wrong_key_uses_up_what_an_address_may(limited_by_key: Pair) -> None:
    stranger = plain(b"X-Ingest-Key: no", FOR + b"203.0.113.3")
    assert (
        statuses(limited_by_key.compare(Case([stranger * 6], 6, "shut"))) == [401] * 4 + [429] * 2
    )


def test_where_no_place_is_left_both_say_so(crowded: Pair) -> None:
    def is_free(server: Running) -> bool:
        return server.http.get("/healthz").status_code == 200

    def asks_too_much(server: Running) -> bytes:
        with socket.create_connection(("127.0.0.1", server.port), BOUND_S) as peer:
            peer.sendall(plain(b"Expect: 100-continue", body=VISIT)[: -len(VISIT)])
            assert peer.recv(65_536).startswith(b"HTTP/1.1 100 ")
            return normal(talk(server.port, Case([plain()], 1, "shut")))

    fast, ordinary = crowded.both(asks_too_much)
    assert statuses(fast) == [503]
    assert fast == ordinary
    wait_until(lambda: all(crowded.both(is_free)), "a free place")
