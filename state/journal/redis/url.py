"""The address of a journal in Redis:
``redis://[user:password@]host[:port][/db][?stream=NAME&replicas=N]``, or ``rediss://`` for TLS."""

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit, urlunsplit

SCHEMES = ("redis", "rediss")
STREAM = "visitors"
ALLOWED = "redis://host:6379/0?stream=visitors&replicas=0"


class RedisAddress(NamedTuple):
    """An address. ``url`` names the server and the database, ``stream`` is the key of the journal,
    and ``replicas`` is the number of replicas that must have an event before it is acknowledged."""

    url: str
    stream: str
    replicas: int

    @property
    def place(self) -> str:
        """Server and database without credentials, for logs and messages."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port or 6379}{parts.path}"


def is_redis(name: str) -> bool:
    return name.startswith(tuple(f"{scheme}://" for scheme in SCHEMES))


def read_address(name: str) -> RedisAddress:
    """Parse an address.

    Raises:
        ValueError: it isn't such an address; the message says what is allowed.
    """
    error = ValueError(f"should be like {ALLOWED}")
    try:
        parts = urlsplit(name)
        params = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        stream, replicas = params.pop("stream", [STREAM])[-1], params.pop("replicas", ["0"])[-1]
        is_valid = bool(parts.hostname) and (parts.port or 1) > 0 and not params and bool(stream)
        is_valid = is_valid and replicas.isdecimal() and (parts.path.strip("/") or "0").isdecimal()
    except ValueError:
        raise error from None
    if not is_valid or parts.scheme not in SCHEMES:
        raise error
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    return RedisAddress(url, stream, int(replicas))
