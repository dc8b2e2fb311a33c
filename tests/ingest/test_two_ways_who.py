"""The fast way and the ordinary way let in the same senders, and refuse the same: those who don't
have the key, and those who send more than they may."""

from collections.abc import Iterator

import pytest

from tests.ingest.raw import VISIT, Case, Pair, normal, pair, plain, statuses, talk

WRITERS = {
    "no key": plain(),
    "as a bearer": plain(b"Authorization: Bearer secret"),
    "as a bearer in lower case": plain(b"authorization: bearer secret"),
    "as a bearer with two spaces": plain(b"Authorization: Bearer  secret "),
    "as basic": plain(b"Authorization: Basic secret"),
    "a wrong bearer": plain(b"Authorization: Bearer secrets"),
    "in its header": plain(b"X-Ingest-Key: secret"),
    "in its header with spaces": plain(b"X-Ingest-Key:   secret  "),
    "a wrong one in its header": plain(b"X-Ingest-Key: Secret"),
    "an empty header": plain(b"X-Ingest-Key:"),
    "in the body": plain(body=VISIT[:-1] + b',"key":"secret"}'),
    "a wrong one in the body": plain(body=VISIT[:-1] + b',"key":"no"}'),
    "in the body, a wrong one in the header": plain(
        b"X-Ingest-Key: no", body=VISIT[:-1] + b',"key":"secret"}'
    ),
    "in the header, a wrong one in the body": plain(
        b"X-Ingest-Key: secret", body=VISIT[:-1] + b',"key":"no"}'
    ),
    "in the header of a bad event": plain(b"X-Ingest-Key: secret", body=b"{}"),
    "no key, a bad event": plain(body=b"{}"),
    "twice": plain(b"X-Ingest-Key: secret", b"X-Ingest-Key: no"),
}

ADDRESSES = {
    "nobody": (),
    "somebody": (b"X-Forwarded-For: 203.0.113.7",),
}
